using System.Net;
using System.Net.Sockets;

namespace Reproduce.Tests.Support;

/// <summary>Ports of this machine that nobody listened on a moment ago.</summary>
internal static class FreePorts
{
    /// <summary>The first of some adjacent ones.</summary>
    /// <param name="count">How many.</param>
    public static int Find(int count = 1)
    {
        while (true)
        {
            using TcpListener last = new(IPAddress.Loopback, 0);
            last.Start();
            int first = ((IPEndPoint)last.LocalEndpoint).Port - (count - 1);
            if (Enumerable.Range(first, count - 1).All(IsFree))
            {
                return first;
            }
        }
    }

    private static bool IsFree(int port)
    {
        using TcpListener listener = new(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

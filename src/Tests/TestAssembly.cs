using System.Runtime.CompilerServices;
using Reproduce.Compute;

namespace Reproduce.Tests;

/// <summary>What must happen before any test: a test may touch TorchSharp before it touches one of our own assemblies.</summary>
internal static class TestAssembly
{
#pragma warning disable CA2255 // A set-up fixture would come after the test cases' own static data.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Initialise() => NativeBackend.EnsureLoaded();
}

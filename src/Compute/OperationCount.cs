using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Reproduce.Compute;

/// <summary>
/// Counts libtorch's operations, backward passes included: on a GPU about the number of kernels that the host launches, by which the time
/// of a step of a small network goes.
/// </summary>
/// <remarks>
/// <para>
/// TorchSharp has no profiler. libtorch calls back before and after every operation (the hook of its own profilers); an operation that is
/// made of others counts as those, any other as one, and none that only looks at memory in another way or allocates it. Counted are all
/// threads, so that nothing else may run meanwhile.
/// </para>
/// <para>
/// The arithmetic of products and convolutions follows from the shapes that the callback is shown, which stand in libtorch's own record of
/// a call: its layout is that of version 2.10, and no other is asked for them.
/// </para>
/// <para>On Linux, with a libtorch whose callback has the form of version 2.10; <see cref="IsSupported"/> says whether it is there.</para>
/// </remarks>
public sealed unsafe class OperationCount : IDisposable
{
    private const string Library = "libtorch_cpu.so";
    private const string AddSymbol = "_ZN2at17addGlobalCallbackENS_22RecordFunctionCallbackE";
    private const string RemoveSymbol = "_ZN2at14removeCallbackEm";
    private const string NameSymbol = "_ZNK2at14RecordFunction4nameEv";
    private const string Prefix = "aten::";

    // They launch nothing: other views of the same memory, memory without numbers, questions about types.
    private static readonly HashSet<string> s_free =
    [
        "_reshape_alias", "_unsafe_view", "alias", "as_strided", "contiguous", "detach", "detach_", "diagonal", "empty", "empty_like",
        "empty_strided", "expand", "expand_as", "flatten", "is_complex", "is_nonzero", "lift_fresh", "narrow", "new_empty",
        "new_empty_strided", "numel", "permute", "reshape", "resize_", "resolve_conj", "resolve_neg", "result_type", "select", "set_",
        "size", "slice", "split", "split_with_sizes", "squeeze", "squeeze_", "t", "to", "transpose", "unbind", "unflatten", "unsqueeze",
        "view", "view_as",
    ];

    private static readonly Lock s_lock = new();
    private static readonly nint s_add = Find(AddSymbol), s_remove = Find(RemoveSymbol), s_name = Find(NameSymbol);
    private static OperationCount? s_running;

    // For each operation that this thread is in, the operations that were counted in it.
    [ThreadStatic]
    private static Stack<int>? s_inside;

    private readonly Dictionary<string, long> _byName = new(StringComparer.Ordinal);
    private readonly ulong _handle;
    private bool _isOver;

    private readonly bool _countsArithmetic;
    private long _arithmetic;

    private OperationCount(bool countsArithmetic)
    {
        _countsArithmetic = countsArithmetic;
        Callback callback = new()
        {
            Start = (nint)(delegate* unmanaged[Cdecl]<nint, nint, nint>)&OnStart,
            End = (nint)(delegate* unmanaged[Cdecl]<nint, nint, void>)&OnEnd,
            Probability = 1,
        };
        callback.Needs[0] = callback.Needs[1] = (byte)(countsArithmetic ? 1 : 0);
        callback.Scopes[0] = 1; // Operations; not the nodes of the backward pass that call them.
        _handle = ((delegate* unmanaged[Cdecl]<Callback, ulong>)s_add)(callback);
    }

    /// <summary>Whether operations can be counted here.</summary>
    public static bool IsSupported => s_add != 0 && s_remove != 0 && s_name != 0;

    /// <summary>The operations by their names without "aten::", such as addmm.</summary>
    public IReadOnlyDictionary<string, long> ByName => _byName;

    /// <summary>All operations.</summary>
    public long Total => _byName.Values.Sum();

    /// <summary>
    /// Additions and multiplications of the products and convolutions, backward passes included; 0 where they were not asked for.
    /// </summary>
    public long FloatingPointOperations => Interlocked.Read(ref _arithmetic);

    /// <summary>Begins to count; to be disposed of when the work is done.</summary>
    /// <param name="arithmetic">Whether floating-point operations are counted, too; with libtorch 2.10 only.</param>
    /// <exception cref="InvalidOperationException">A count is running, or this libtorch has no such callback.</exception>
    public static OperationCount Start(bool arithmetic = false)
    {
        lock (s_lock)
        {
            if (s_running is not null || !IsSupported)
            {
                throw new InvalidOperationException(
                    s_running is not null ? "Operations are being counted already." : "Operations cannot be counted with this libtorch.");
            }

            s_running = new OperationCount(arithmetic);
            return s_running;
        }
    }

    /// <summary>Counts an operation that was left out on the meta device, which has no kernel for it.</summary>
    /// <param name="name">Its name without "aten::".</param>
    public static void Add(string name)
    {
        if (s_running is not null)
        {
            Note(name);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (s_lock)
        {
            if (!_isOver)
            {
                _isOver = true;
                s_running = null;
                ((delegate* unmanaged[Cdecl]<ulong, void>)s_remove)(_handle);
            }
        }
    }

    private static nint Find(string symbol) =>
        OperatingSystem.IsLinux() && NativeLibrary.TryLoad(Library, typeof(OperationCount).Assembly, null, out nint library)
            && NativeLibrary.TryGetExport(library, symbol, out nint address) ? address : 0;

    // C++: std::unique_ptr<Context> start(const RecordFunction&), whose result is written where the hidden first argument says.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint OnStart(nint result, nint function)
    {
        (s_inside ??= []).Push(0);
        *(nint*)result = 0;
        return result;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnEnd(nint function, nint context)
    {
        if (s_inside is not { Count: > 0 } inside)
        {
            return; // It began before the count.
        }

        int count = inside.Pop();
        OperationCount? running = s_running;
        bool asks = running?._countsArithmetic == true;
        string? name = count == 0 || asks
            ? Marshal.PtrToStringUTF8(((delegate* unmanaged[Cdecl]<nint, nint>)s_name)(function))
            : null;
        if (asks && name is not null)
        {
            Interlocked.Add(ref running!._arithmetic, RecordedCall.FloatingPointOperations(name, function));
        }

        if (count == 0)
        {
            if (name?.StartsWith(Prefix, StringComparison.Ordinal) == true && !s_free.Contains(name[Prefix.Length..]))
            {
                count = 1;
                Note(name[Prefix.Length..]);
            }
        }

        if (inside.Count > 0)
        {
            inside.Push(inside.Pop() + count);
        }
    }

    private static void Note(string name)
    {
        lock (s_lock)
        {
            if (s_running is not null)
            {
                s_running._byName[name] = s_running._byName.GetValueOrDefault(name) + 1;
            }
        }
    }

    // at::RecordFunctionCallback.
    private struct Callback
    {
        public nint Start;
        public nint End;
        public double Probability;
        public fixed byte Scopes[10];
        public fixed byte Needs[3]; // Inputs, outputs, numbers of the calls.
    }
}

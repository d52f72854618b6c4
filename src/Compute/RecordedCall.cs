using System.Runtime.InteropServices;

namespace Reproduce.Compute;

/// <summary>The tensors of a call that libtorch 2.10 shows to a callback: at::RecordFunction, as compilers on Linux lay it out.</summary>
internal static unsafe class RecordedCall
{
    // c10::ArrayRef<const c10::IValue> inputs_ and std::vector<c10::IValue> outputs_.
    private const int Inputs = 208, Outputs = 280;

    // An IValue is a payload, which for a tensor is an at::Tensor, and a tag.
    private const int ValueSize = 16, TagOffset = 8, TensorTag = 1;

    /// <summary>Additions and multiplications of a product or a convolution; 0 for any other operation.</summary>
    /// <param name="name">The operation's name.</param>
    /// <param name="function">The record of the call, which has ended.</param>
    public static long FloatingPointOperations(string name, nint function) => name switch
    {
        "aten::mm" or "aten::bmm" => Product(Input(function, 0), Input(function, 1)),
        "aten::addmm" or "aten::baddbmm" => Product(Input(function, 1), Input(function, 2)),
        "aten::_convolution" => Convolution(Output(function), Input(function, 1)),
        // By input and by weight, as much as the forward pass each.
        "aten::convolution_backward" => 2 * Convolution(Input(function, 0), Input(function, 2)),
        _ => 0,
    };

    private static long Product(nint left, nint right) =>
        left == 0 || right == 0 ? 0 : 2 * THSTensor_numel(left) * THSTensor_size(right, THSTensor_ndimension(right) - 1);

    // Each number of the output is a sum over one output channel's weights.
    private static long Convolution(nint output, nint weight) =>
        output == 0 || weight == 0 ? 0 : 2 * THSTensor_numel(output) * (THSTensor_numel(weight) / THSTensor_size(weight, 0));

    private static nint Input(nint function, int index)
    {
        nint first = *(nint*)(function + Inputs);
        return index < *(long*)(function + Inputs + sizeof(nint)) ? TensorAt(first + index * ValueSize) : 0;
    }

    private static nint Output(nint function)
    {
        nint first = *(nint*)(function + Outputs), end = *(nint*)(function + Outputs + sizeof(nint));
        return end > first ? TensorAt(first) : 0;
    }

    private static nint TensorAt(nint value) => *(int*)(value + TagOffset) == TensorTag ? value : 0;

    [DllImport("LibTorchSharp"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern long THSTensor_numel(nint handle);

    [DllImport("LibTorchSharp"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern long THSTensor_size(nint handle, long dimension);

    [DllImport("LibTorchSharp"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern long THSTensor_ndimension(nint handle);
}

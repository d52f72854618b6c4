using Reproduce.Compute;
using Reproduce.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Vectors;

/// <summary>One pass of a batch through a network in vector code: values, and gradients where they are asked for.</summary>
/// <remarks>
/// On a CPU with vectors wide enough (<see cref="MatrixProduct.IsSupported"/>) and for float32. It gives first derivatives; where second
/// ones may be asked for (<see cref="ForwardPass.NeedsSecondDerivatives"/>) networks keep to libtorch.
/// </remarks>
/// <param name="inputs">What the batch consists of, [N, ...] each, contiguous.</param>
/// <param name="weights">The weights, contiguous.</param>
internal abstract class VectorPass(Tensor[] inputs, Tensor[] weights)
{
    /// <summary>What the batch consists of.</summary>
    internal Tensor[] Inputs => inputs;

    /// <summary>The weights.</summary>
    internal Tensor[] Weights => weights;

    /// <summary>N.</summary>
    internal int Rows { get; } = (int)inputs[0].shape[0];

    /// <summary>Numbers that the result has in a row.</summary>
    internal abstract long Outputs { get; }

    /// <summary>Numbers that a forward pass leaves for the backward pass.</summary>
    internal abstract long SavedLength { get; }

    /// <summary>Numbers of room that a forward pass wants when no backward pass follows.</summary>
    internal abstract long RoomLength { get; }

    /// <summary>What the forward pass left; null when a backward pass has used it up.</summary>
    internal PassMemory? Saved { get; set; }

    /// <summary>Whether vector code can take this.</summary>
    /// <param name="input">What the batch consists of.</param>
    /// <param name="weight">Any of the weights.</param>
    /// <param name="pass">The pass.</param>
    internal static bool Accepts(Tensor input, Tensor weight, ForwardPass pass) =>
        MatrixProduct.IsSupported && IsPlain(input) && IsPlain(weight) && input.shape[0] > 0
        && !(pass.NeedsSecondDerivatives && is_grad_enabled());

    /// <summary>Makes the pass.</summary>
    /// <returns>[N, outputs].</returns>
    internal Tensor Apply()
    {
        if (is_grad_enabled())
        {
            return VectorFunction.apply([this, .. inputs, .. weights]);
        }

        Tensor result = inputs[0].new_empty([Rows, Outputs]);
        using Tensor room = inputs[0].new_empty([RoomLength]);
        Forward(TensorMemory.Floats(result), TensorMemory.Floats(room));
        return result;
    }

    /// <summary>Computes the result.</summary>
    /// <param name="result">Receives [N, outputs].</param>
    /// <param name="saved">Receives <see cref="SavedLength"/> numbers, or has room for <see cref="RoomLength"/>.</param>
    internal abstract void Forward(Span<float> result, Span<float> saved);

    /// <summary>Adds the gradients of the weights to what their receivers hold and sets those by the inputs.</summary>
    /// <param name="saved">What the forward pass left.</param>
    /// <param name="outputGradient">Gradient of the loss by the result, [N, outputs].</param>
    /// <param name="gradients">Receive the gradients of the weights.</param>
    /// <param name="inputGradient">Receive the gradients by the inputs; null where it is not wanted.</param>
    internal abstract void Backward(Span<float> saved, Span<float> outputGradient, Tensor[] gradients, Tensor?[] inputGradient);

    /// <summary>The memory of a tensor that may be missing.</summary>
    private protected static Span<float> NumbersOf(Tensor? tensor) => tensor is null ? [] : TensorMemory.Floats(tensor);

    private static bool IsPlain(Tensor tensor) => tensor.device.type == DeviceType.CPU && tensor.dtype == ScalarType.Float32;
}

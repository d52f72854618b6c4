using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Vectors;

/// <summary>One pass through a network that is to be differentiated.</summary>
/// <param name="Caller">The network.</param>
/// <param name="Input">[N, C].</param>
/// <param name="Weights">Weight and bias of every layer in turn.</param>
/// <param name="Masks">Dropout masks.</param>
internal sealed record VectorMlpCall(VectorMlpCaller Caller, Tensor Input, Tensor[] Weights, MaskMemory[] Masks)
{
    /// <summary>The hidden layers, set by the forward pass.</summary>
    internal Tensor? Saved { get; set; }
}

/// <summary>The pass as a function that libtorch's automatic differentiation knows.</summary>
/// <remarks>The backward pass has to come before the dispose scope of the forward pass ends, as it does in a training step.</remarks>
internal sealed class VectorMlpFunction : autograd.SingleTensorFunction<VectorMlpFunction>
{
    /// <inheritdoc/>
    public override string Name => nameof(VectorMlpFunction);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        VectorMlpCall call = (VectorMlpCall)vars[0];
        int rows = (int)call.Input.shape[0];
        VectorResidualMlp network = call.Caller.Network;
        call.Saved = call.Input.new_empty([network.SavedLength(rows)]);
        Tensor y = call.Input.new_empty([rows, call.Caller.Outputs]);
        network.Forward(
            MlpMemory.Numbers(call.Input), new MlpMemory(call.Weights), call.Masks, MlpMemory.Numbers(y), MlpMemory.Numbers(call.Saved), rows);
        ctx.save_data(nameof(VectorMlpCall), call);
        return y;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        VectorMlpCall call = (VectorMlpCall)ctx.get_data(nameof(VectorMlpCall));
        Tensor slopes = grad_output.contiguous();
        WeightGradients gradients = new(call.Weights);
        Tensor? inputSlopes = call.Input.requires_grad ? zeros_like(call.Input) : null;
        call.Caller.Network.Backward(
            MlpMemory.Numbers(call.Input),
            new MlpMemory(call.Weights),
            call.Masks,
            MlpMemory.Numbers(call.Saved!),
            MlpMemory.Numbers(slopes),
            new MlpMemory(gradients.Tensors),
            inputSlopes is null ? [] : MlpMemory.Numbers(inputSlopes),
            (int)call.Input.shape[0]);
        return [null!, inputSlopes!, .. gradients.ForLibtorch];
    }
}

using Reproduce.Inference.Networks.Vectors;
using static TorchSharp.torch;

namespace Reproduce.Inference.Flows.Vectors;

/// <summary>One pass through a flow that is to be differentiated.</summary>
/// <param name="Flow">The arithmetic.</param>
/// <param name="Pass">Data and weights.</param>
internal sealed record VectorFlowCall(VectorFlow Flow, FlowPass Pass)
{
    /// <summary>What the forward pass left.</summary>
    internal Tensor? Saved { get; set; }
}

/// <summary>The pass as a function that libtorch's automatic differentiation knows: [N, D + 1], latents and log-determinants.</summary>
/// <remarks>The backward pass has to come before the dispose scope of the forward pass ends, as it does in a training step.</remarks>
internal sealed class VectorFlowFunction : autograd.SingleTensorFunction<VectorFlowFunction>
{
    /// <inheritdoc/>
    public override string Name => nameof(VectorFlowFunction);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        VectorFlowCall call = (VectorFlowCall)vars[0];
        Tensor u = call.Pass.U;
        call.Saved = u.new_empty([call.Flow.SavedLength(call.Pass.Rows)]);
        Tensor result = u.new_empty([call.Pass.Rows, call.Flow.Dimension + 1]);
        call.Flow.Forward(call.Pass, MlpMemory.Numbers(result), MlpMemory.Numbers(call.Saved));
        ctx.save_data(nameof(VectorFlowCall), call);
        return result;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        VectorFlowCall call = (VectorFlowCall)ctx.get_data(nameof(VectorFlowCall));
        FlowPass pass = call.Pass;
        Tensor slopes = grad_output.contiguous();
        WeightGradients gradients = new(pass.Weights);
        Tensor? inputSlopes = pass.U.requires_grad ? empty_like(pass.U) : null;
        Tensor? conditionSlopes = pass.Condition.requires_grad ? empty_like(pass.Condition) : null;
        call.Flow.Backward(
            pass, MlpMemory.Numbers(call.Saved!), MlpMemory.Numbers(slopes), gradients.Tensors,
            inputSlopes is null ? [] : MlpMemory.Numbers(inputSlopes),
            conditionSlopes is null ? [] : MlpMemory.Numbers(conditionSlopes));
        return [null!, inputSlopes!, conditionSlopes!, .. gradients.ForLibtorch];
    }
}

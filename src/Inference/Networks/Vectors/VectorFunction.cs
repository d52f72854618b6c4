using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Vectors;

/// <summary>A <see cref="VectorPass"/> as a function that libtorch's automatic differentiation knows.</summary>
/// <remarks>
/// Its arguments are the pass, then the inputs and weights that libtorch shall see. The backward pass has to come before the dispose scope
/// of the forward pass ends, as it does in a training step.
/// </remarks>
internal sealed class VectorFunction : autograd.SingleTensorFunction<VectorFunction>
{
    /// <inheritdoc/>
    public override string Name => nameof(VectorFunction);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        VectorPass pass = (VectorPass)vars[0];
        ctx.save_data(nameof(VectorPass), pass);
        return Forward(pass);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        VectorPass pass = (VectorPass)ctx.get_data(nameof(VectorPass));
        Tensor outputGradient = grad_output.contiguous();
        WeightGradients gradients = new(pass.Weights);
        Tensor?[] inputGradient = [.. pass.Inputs.Select(input => input.requires_grad ? empty_like(input) : null)];
        if (pass.Saved is null)
        {
            // A second time through the same graph, which is rare.
            Forward(pass).Dispose();
        }

        PassMemory saved = pass.Saved!;
        pass.Saved = null;
        pass.Backward(saved.Span, TensorMemory.Floats(outputGradient), gradients.Tensors, inputGradient);
        saved.Return();
        return [null!, .. inputGradient.Select(s => s!), .. gradients.ForLibtorch];
    }

    private static Tensor Forward(VectorPass pass)
    {
        pass.Saved = new PassMemory(pass.SavedLength);
        Tensor result = pass.Inputs[0].new_empty([pass.Rows, pass.Outputs]);
        pass.Forward(TensorMemory.Floats(result), pass.Saved.Span);
        return result;
    }
}

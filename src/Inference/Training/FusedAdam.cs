using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Training;

/// <summary>libtorch's fused AdamW, one operation for all weights; TorchSharp has no name for it, TorchScript has.</summary>
/// <remarks>
/// It corrects both moments by the number of steps, a tensor. Told that there were very many, it corrects nothing, and the corrections of
/// the real number go into step size, decay and epsilon: nothing has to be uploaded or counted on the device.
/// </remarks>
internal static class FusedAdam
{
    private const float ManySteps = 1e9f;

    // Lists from outside and a result: what is changed in lists of its own that nobody reads, TorchScript takes for nothing done.
    private static readonly Lazy<jit.CompilationUnit> s_script = new(() => jit.compile("""
        def plain(p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], s: List[Tensor],
                  lr: float, b1: float, b2: float, wd: float, eps: float) -> Tensor:
            torch._fused_adamw_(p, g, m, v, [], s, lr=lr, beta1=b1, beta2=b2, weight_decay=wd, eps=eps,
                amsgrad=False, maximize=False)
            return p[0]
        def clipped(p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], s: List[Tensor], d: Tensor,
                    lr: float, b1: float, b2: float, wd: float, eps: float) -> Tensor:
            torch._fused_adamw_(p, g, m, v, [], s, lr=lr, beta1=b1, beta2=b2, weight_decay=wd, eps=eps,
                amsgrad=False, maximize=False, grad_scale=d)
            return p[0]

        """));

    private static readonly Dictionary<(DeviceType, int), Tensor> s_steps = [];

    /// <summary>One update, in place.</summary>
    /// <param name="values">The weights, [P].</param>
    /// <param name="gradient">[P]; divided by <paramref name="divisor"/> afterwards.</param>
    /// <param name="firstMoment">[P].</param>
    /// <param name="secondMoment">[P].</param>
    /// <param name="divisor">What the gradient is divided by, a scalar; null for nothing.</param>
    /// <param name="rate">Step size with both corrections.</param>
    /// <param name="beta1">Decay of the first moment.</param>
    /// <param name="beta2">Decay of the second moment.</param>
    /// <param name="decay">Decoupled decay of the weights per step size.</param>
    /// <param name="epsilon">Added to the root of the second moment, with the second moment's correction.</param>
    public static void Step(
        Tensor values,
        Tensor gradient,
        Tensor firstMoment,
        Tensor secondMoment,
        Tensor? divisor,
        double rate,
        double beta1,
        double beta2,
        double decay,
        double epsilon)
    {
        if (values.device.type == DeviceType.META)
        {
            OperationCount.Add("_fused_adamw_"); // There it has no kernel, and nothing that it would change.
            return;
        }

        Tensor[] w = [values], g = [gradient], m = [firstMoment], v = [secondMoment], s = [StepsOn(values.device)];
        object updated = divisor is null
            ? s_script.Value.invoke("plain", w, g, m, v, s, rate, beta1, beta2, decay, epsilon)
            : s_script.Value.invoke("clipped", w, g, m, v, s, divisor, rate, beta1, beta2, decay, epsilon);
        ((Tensor)updated).Dispose();
    }

    private static Tensor StepsOn(Device device)
    {
        lock (s_steps)
        {
            if (!s_steps.TryGetValue((device.type, device.index), out Tensor? steps))
            {
                using Scalar many = ManySteps.ToScalar();
                steps = full([], many, dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();
                s_steps.Add((device.type, device.index), steps);
            }

            return steps;
        }
    }
}

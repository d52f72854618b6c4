using Reproduce.Inference.Networks;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference.Support;

/// <summary>A network that takes student and teacher one after the other, as images' networks do, and no loss between them.</summary>
internal sealed class HiddenNetwork : FreeFormNetwork
{
    private readonly ResidualMlp inner;

    public HiddenNetwork(ResidualMlp inner)
        : base(nameof(HiddenNetwork))
    {
        this.inner = inner;
        RegisterComponents();
    }

    public override Tensor Apply(Tensor theta, Tensor condition, Tensor time, ForwardPass pass) =>
        inner.Apply(theta, condition, time, pass);
}

using Reproduce.Inference.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Inference.Training;

/// <summary>
/// All weights of a network as views of one flat tensor, and all gradients as views of another, so that an optimiser's step is a
/// handful of native calls instead of a handful per weight.
/// </summary>
/// <remarks>
/// Build it after the network was moved to its device. Gradients are accumulated in place by autograd as long as nobody replaces
/// them: use <see cref="ZeroGradients"/>, never the module's own zero_grad.
/// </remarks>
public sealed class FlatParameters : IDisposable
{
    // Every weight starts on a cache line of its own.
    private const long Alignment = 16;

    private readonly List<(Parameter Parameter, Tensor Gradient)> _views = [];

    /// <summary>Moves the network's weights into one tensor.</summary>
    /// <param name="network">The network; all its parameters must be float32 on one device.</param>
    public FlatParameters(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        (string name, Parameter parameter)[] parameters = [.. network.named_parameters()];
        if (parameters.Length == 0)
        {
            throw new ArgumentException("The network has no weights.", nameof(network));
        }

        Device device = parameters[0].parameter.device;
        Count = parameters.Sum(p => p.parameter.numel());
        long total = parameters.Sum(p => Padded(p.parameter.numel()));
        Values = zeros(total, dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();
        Gradients = zeros(total, dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();
        Tensor penalties = zeros(total, dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();

        Dictionary<IntPtr, double> strengths = network.Penalties.ToDictionary(p => p.Parameter.Handle, p => p.Strength);
        using IDisposable noGrad = no_grad();
        using IDisposable scope = NewDisposeScope();
        long offset = 0;
        foreach ((_, Parameter parameter) in parameters)
        {
            long size = parameter.numel();
            long[] shape = parameter.shape;
            Tensor view = Values.narrow(0, offset, size).view(shape);
            view.copy_(parameter);
            if (strengths.TryGetValue(parameter.Handle, out double strength))
            {
                penalties.narrow(0, offset, size).fill_(2 * strength);
                HasPenalty = true;
            }

            parameter.set_(view);
            Tensor gradient = Gradients.narrow(0, offset, size).view(shape).DetachFromDisposeScope();
            parameter.grad = gradient;
            _views.Add((parameter, gradient));
            offset += Padded(size);
        }

        PenaltyGradient = penalties;
    }

    /// <summary>Number of weights, without padding.</summary>
    public long Count { get; }

    /// <summary>The weights, flat and padded.</summary>
    public Tensor Values { get; }

    /// <summary>The gradients, laid out as <see cref="Values"/>.</summary>
    public Tensor Gradients { get; }

    /// <summary>Derivative of the L2 penalties per unit of weight: 2 * strength, or 0.</summary>
    public Tensor PenaltyGradient { get; }

    /// <summary>True when some weight has an L2 penalty.</summary>
    public bool HasPenalty { get; }

    /// <summary>Sets all gradients to zero.</summary>
    public void ZeroGradients() => Gradients.zero_().Dispose();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, Tensor gradient) in _views)
        {
            gradient.Dispose();
        }

        Values.Dispose();
        Gradients.Dispose();
        PenaltyGradient.Dispose();
    }

    private static long Padded(long size) => (size + Alignment - 1) / Alignment * Alignment;
}

using Reproduce.Inference.Networks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Inference.Training;

/// <summary>
/// All weights of a network as views of one flat tensor, and all gradients as views of another, so that an optimiser's step is a
/// handful of native calls instead of a handful per weight.
/// </summary>
/// <remarks>
/// Build it after the network was moved to its device. On the CPU gradients are accumulated in place by autograd as long as nobody
/// replaces them: use <see cref="ZeroGradients"/>, never the module's own zero_grad. On other devices, where every operation is a launch,
/// autograd leaves each gradient as it comes, and <see cref="Gather"/> puts all of them into the flat tensor at once, in the place of a sum
/// for every weight.
/// </remarks>
public sealed class FlatParameters : IDisposable
{
    // Every weight starts on a cache line of its own.
    private const long Alignment = 16;

    private readonly List<(Parameter Parameter, Tensor? Gradient)> _views = [];
    private readonly bool _gathers;
    private readonly Tensor _nothing;

    /// <summary>Moves the network's weights into one tensor.</summary>
    /// <param name="network">The network; all its parameters must be float32 on one device.</param>
    public FlatParameters(Network network)
        : this(network, network?.parameters().FirstOrDefault()?.device.type is not (null or DeviceType.CPU))
    {
    }

    /// <summary>Moves the network's weights into one tensor, with gradients of a given way.</summary>
    /// <param name="network">The network.</param>
    /// <param name="gathers">Whether gradients are put together after the backward pass, in the place of views that it adds to.</param>
    internal FlatParameters(Network network, bool gathers)
    {
        ArgumentNullException.ThrowIfNull(network);
        (string name, Parameter parameter)[] parameters = [.. network.named_parameters()];
        if (parameters.Length == 0)
        {
            throw new ArgumentException("The network has no weights.", nameof(network));
        }

        _gathers = gathers;
        Device device = parameters[0].parameter.device;
        _nothing = zeros(Math.Max(Alignment, parameters.Max(p => p.parameter.numel())), device: device).DetachFromDisposeScope();
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
                using Scalar penalty = (2 * strength).ToScalar();
                penalties.narrow(0, offset, size).fill_(penalty);
                HasPenalty = true;
            }

            parameter.set_(view);
            Tensor? gradient = gathers ? null : Gradients.narrow(0, offset, size).view(shape).DetachFromDisposeScope();
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
    public Tensor Gradients { get; private set; }

    /// <summary>Derivative of the L2 penalties per unit of weight: 2 * strength, or 0.</summary>
    public Tensor PenaltyGradient { get; }

    /// <summary>True when some weight has an L2 penalty.</summary>
    public bool HasPenalty { get; }

    /// <summary>Sets all gradients to zero, or to none where they are gathered.</summary>
    public void ZeroGradients()
    {
        if (!_gathers)
        {
            Gradients.zero_().Dispose();
            return;
        }

        foreach ((Parameter parameter, _) in _views)
        {
            parameter.grad = null;
        }
    }

    /// <summary>
    /// Makes <see cref="Gradients"/> those of the last backward pass; to be called behind it. It does nothing where they are already.
    /// </summary>
    public void Gather()
    {
        if (!_gathers)
        {
            return;
        }

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        List<Tensor> parts = [];
        foreach ((Parameter parameter, _) in _views)
        {
            long size = parameter.numel();
            // A weight that had no part in the loss has no gradient.
            parts.Add(parameter.grad?.reshape(-1) ?? _nothing.narrow(0, 0, size));
            if (Padded(size) > size)
            {
                parts.Add(_nothing.narrow(0, 0, Padded(size) - size));
            }
        }

        Gradients.Dispose();
        Gradients = cat(parts, 0).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, Tensor? gradient) in _views)
        {
            gradient?.Dispose();
        }

        _nothing.Dispose();

        Values.Dispose();
        Gradients.Dispose();
        PenaltyGradient.Dispose();
    }

    private static long Padded(long size) => (size + Alignment - 1) / Alignment * Alignment;
}

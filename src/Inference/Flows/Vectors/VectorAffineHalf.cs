namespace Reproduce.Inference.Flows.Vectors;

/// <summary><see cref="AffineHalf"/> on a panel: v = u exp(s) + t, s = (2 a / pi) atan(raw / a).</summary>
/// <param name="width">d.</param>
/// <param name="conditioner">Each of the two networks, for raw and for t.</param>
internal sealed class VectorAffineHalf(int width, VectorConditioner conditioner) : VectorHalf(width, conditioner, networks: 2)
{
    private const float Clamp = (float)AffineHalf.Clamp;
    private const float Slope = (float)(2 * AffineHalf.Clamp / Math.PI);

    /// <inheritdoc/>
    protected override int RawLength => Width * Panel;

    /// <inheritdoc/>
    protected override void Map(ReadOnlySpan<float> u, Span<float> raw, Span<float> v, Span<float> log)
    {
        for (int i = 0; i < RawLength; i++)
        {
            float s = Slope * MathF.Atan(raw[i] / Clamp);
            v[i] = u[i] * MathF.Exp(s) + raw[RawLength + i];
            log[i % Panel] += s;
        }
    }

    /// <inheritdoc/>
    protected override void MapBack(
        ReadOnlySpan<float> u, ReadOnlySpan<float> raw, ReadOnlySpan<float> outputGradient, ReadOnlySpan<float> logGradient,
        Span<float> inputGradient, Span<float> rawGradient)
    {
        for (int i = 0; i < RawLength; i++)
        {
            float share = raw[i] / Clamp;
            float stretch = MathF.Exp(Slope * MathF.Atan(share));
            inputGradient[i] = outputGradient[i] * stretch;
            rawGradient[i] = (outputGradient[i] * u[i] * stretch + logGradient[i % Panel]) * Slope / Clamp / (1 + share * share);
            rawGradient[RawLength + i] = outputGradient[i];
        }
    }
}

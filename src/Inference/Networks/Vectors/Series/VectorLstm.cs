using Reproduce.Kernels;

namespace Reproduce.Inference.Networks.Vectors.Series;

/// <summary>The arithmetic of an <see cref="Networks.Series.LstmLayer"/> and of its gradient in vector code, on memory.</summary>
/// <remarks>
/// A panel is 32 series. At every time a panel's numbers, ones for the bias and last outputs stand one below the other, [F + 1 + H, 32],
/// so that all gates are one product with a matrix that is put together once in a pass.
/// </remarks>
/// <param name="times">T.</param>
/// <param name="features">F.</param>
/// <param name="units">H, a multiple of <see cref="UnitsMultiple"/>.</param>
internal sealed class VectorLstm(int times, int features, int units)
{
    /// <summary>What divides the number of units, so that all gates fill whole panels when they are turned.</summary>
    internal const int UnitsMultiple = Panel / 4;

    private const int Panel = Panels.Width;

    /// <summary>H.</summary>
    internal int Units => units;

    // Below each other: numbers, ones, outputs of the time before.
    private int Joined => features + 1 + units;

    private int InputLength => Joined * Panel;

    private int StateLength => units * Panel;

    private int GatesLength => 4 * StateLength;

    private int MatrixLength => 4 * units * Joined;

    // What a time leaves: inputs, gates, state.
    private int TimeLength => InputLength + GatesLength + StateLength;

    /// <summary>Numbers that a forward pass leaves for the backward pass of <paramref name="rows"/> series.</summary>
    /// <param name="rows">B.</param>
    internal long SavedLength(int rows) => (long)Panels.Count(rows) * times * TimeLength;

    /// <summary>Numbers of room that a forward pass wants when no backward pass follows: two times.</summary>
    internal int RoomLength => 2 * TimeLength;

    /// <summary>Applies the layer.</summary>
    /// <param name="series">[B, T, F].</param>
    /// <param name="weights">Weight and bias of the inputs, recurrent weight.</param>
    /// <param name="output">Receives the last output, [B, H].</param>
    /// <param name="saved"><see cref="SavedLength"/> numbers, or <see cref="RoomLength"/> when there is no backward pass.</param>
    /// <param name="rows">B.</param>
    internal void Forward(ReadOnlySpan<float> series, in LayerMemory weights, Span<float> output, Span<float> saved, int rows)
    {
        bool keeps = saved.Length == SavedLength(rows);
        Span<float> scratch = Scratch.Take(MatrixLength + 2 * StateLength);
        Span<float> matrix = scratch[..MatrixLength], zeros = scratch.Slice(MatrixLength, StateLength);
        Span<float> last = scratch.Slice(MatrixLength + StateLength, StateLength);
        Join(weights, matrix);
        zeros.Clear();
        for (int p = 0; p < Panels.Count(rows); p++)
        {
            PanelWindow window = PanelWindow.Of(rows, p);
            Span<float> all = keeps ? saved.Slice(p * times * TimeLength, times * TimeLength) : saved;
            Outputs(Time(all, 0, keeps)).Clear();
            for (int t = 0; t < times; t++)
            {
                Span<float> now = Time(all, t, keeps);
                LoadInputs(series, window, t, now);
                Span<float> input = now[..InputLength], gates = Gates(now);
                MatrixProduct.Multiply<Sigmoid>(matrix, Joined, 1, input, gates, Panel, 3 * units, Joined, Panel);
                MatrixProduct.Multiply<Tanh>(
                    matrix[(3 * units * Joined)..], Joined, 1, input, gates[(3 * StateLength)..], Panel, units, Joined, Panel);
                ReadOnlySpan<float> before = t == 0 ? zeros : State(Time(all, t - 1, keeps));
                LstmCell.Forward(gates, before, State(now), t == times - 1 ? last : Outputs(Time(all, t + 1, keeps)));
            }

            Panels.StoreRows(last, window.Of(output, units), units, window.Count);
        }
    }

    /// <summary>Adds the gradients to what their receivers hold.</summary>
    /// <param name="weights">Weight and bias of the inputs, recurrent weight.</param>
    /// <param name="saved">What the forward pass left; it is used up.</param>
    /// <param name="outputGradient">Gradient of the loss by the output, [B, H].</param>
    /// <param name="gradients">Receive the gradients of the weights.</param>
    /// <param name="rows">B.</param>
    internal void Backward(
        in LayerMemory weights, Span<float> saved, ReadOnlySpan<float> outputGradient, in LayerMemory gradients, int rows)
    {
        int transposedLength = Panels.RoundUp(4 * units) * Panel;
        Span<float> scratch = Scratch.Take(MatrixLength + 3 * StateLength + transposedLength);
        Span<float> slopes = scratch[..MatrixLength], zeros = scratch.Slice(MatrixLength, StateLength); // slopes: [F + 1 + H, 4 H]
        Span<float> outputSlope = scratch.Slice(MatrixLength + StateLength, StateLength);
        Span<float> stateSlope = scratch.Slice(MatrixLength + 2 * StateLength, StateLength);
        Span<float> transposed = scratch.Slice(MatrixLength + 3 * StateLength, transposedLength);
        slopes.Clear();
        zeros.Clear();
        for (int p = 0; p < Panels.Count(rows); p++)
        {
            PanelWindow window = PanelWindow.Of(rows, p);
            Span<float> all = saved.Slice(p * times * TimeLength, times * TimeLength);
            Panels.LoadRows(window.Of(outputGradient, units), outputSlope, units, window.Count);
            stateSlope.Clear();
            for (int t = times - 1; t >= 0; t--)
            {
                Span<float> now = Time(all, t, true), gates = Gates(now);
                ReadOnlySpan<float> before = t == 0 ? zeros : State(Time(all, t - 1, true));
                LstmCell.Backward(gates, before, State(now), outputSlope, stateSlope);
                Panels.Transpose(gates, transposed, 4 * units);
                for (int j = 0; j < 4 * units; j += Panel)
                {
                    MatrixProduct.AddTo(
                        now[..InputLength], Panel, 1, transposed.Slice(j * Panel, Panel * Panel), slopes[j..], 4 * units, Joined, Panel);
                }

                if (t > 0)
                {
                    MatrixProduct.Multiply<Identity>(
                        weights.Weight(1), 1, units, gates, outputSlope, Panel, units, 4 * units, Panel);
                }
            }
        }

        Part(slopes, gradients);
    }

    // With kept times each has a place, else two take turns.
    private Span<float> Time(Span<float> all, int t, bool keeps) => all.Slice((keeps ? t : t % 2) * TimeLength, TimeLength);

    private Span<float> Outputs(Span<float> time) => time.Slice((features + 1) * Panel, StateLength);

    private Span<float> Gates(Span<float> time) => time.Slice(InputLength, GatesLength);

    private Span<float> State(Span<float> time) => time.Slice(InputLength + GatesLength, StateLength);

    private void LoadInputs(ReadOnlySpan<float> series, PanelWindow window, int t, Span<float> time)
    {
        for (int f = 0; f < features; f++)
        {
            Span<float> line = time.Slice(f * Panel, Panel);
            line[window.Count..].Clear();
            for (int n = 0; n < window.Count; n++)
            {
                line[n] = series[((window.First + n) * times + t) * features + f];
            }
        }

        time.Slice(features * Panel, Panel).Fill(1);
    }

    // The matrix of a time's product, [4 H, F + 1 + H].
    private void Join(in LayerMemory weights, Span<float> matrix)
    {
        ReadOnlySpan<float> input = weights.Weight(0), bias = weights.Bias(0), recurrent = weights.Weight(1);
        for (int gate = 0; gate < 4 * units; gate++)
        {
            Span<float> line = matrix.Slice(gate * Joined, Joined);
            input.Slice(gate * features, features).CopyTo(line);
            line[features] = bias[gate];
            recurrent.Slice(gate * units, units).CopyTo(line[(features + 1)..]);
        }
    }

    // The other way for gradients, from [F + 1 + H, 4 H].
    private void Part(ReadOnlySpan<float> slopes, in LayerMemory gradients)
    {
        Span<float> input = gradients.Weight(0), bias = gradients.Bias(0), recurrent = gradients.Weight(1);
        int gates = 4 * units;
        for (int gate = 0; gate < gates; gate++)
        {
            for (int f = 0; f < features; f++)
            {
                input[gate * features + f] += slopes[f * gates + gate];
            }

            bias[gate] += slopes[features * gates + gate];
            for (int h = 0; h < units; h++)
            {
                recurrent[gate * units + h] += slopes[(features + 1 + h) * gates + gate];
            }
        }
    }
}

using Reproduce.Inference.Networks;
using Reproduce.Tests.Inference.Support;

namespace Reproduce.Tests.Inference.Images;

/// <summary>
/// The image networks once more, in loops over arrays in double precision: nothing of libtorch, weights by name. A map is
/// [channels, height, width] of one image.
/// </summary>
internal sealed class PlainImages(Network network, int groups)
{
    private readonly Dictionary<string, (double[] Values, int[] Shape)> _weights = network.named_parameters().ToDictionary(
        p => p.name, p => (p.parameter.Numbers(), p.parameter.shape.Select(n => (int)n).ToArray()));

    /// <summary>A map from its numbers in row-major order.</summary>
    public static double[,,] Map(double[] values, int channels, int side)
    {
        double[,,] map = new double[channels, side, side];
        Buffer.BlockCopy(values, 0, map, 0, values.Length * sizeof(double));
        return map;
    }

    /// <summary>The U-Net of Ho et al. (2020) as in the Keras example of Nain (2022).</summary>
    public double[] UNet(
        double[] theta,
        double[] condition,
        double time,
        double largestTime,
        int channels,
        int side,
        int levels,
        int blocks
    )
    {
        double[] h = Dense("embedding.first", Waves(time, largestTime, 4 * channels));
        h = Dense("embedding.second", [.. h.Select(Swish)]);
        double[] given = [.. h.Concat(condition).Select(Swish)];
        int down = 0, attendedDown = 0, up = 0, attendedUp = 0;
        double[,,] x = Convolve("first", Map(theta, 1, side), before: 1, after: 1);
        Stack<double[,,]> kept = new([x]);
        for (int level = 0; level < levels; level++)
        {
            for (int i = 0; i < blocks; i++)
            {
                x = Block($"blocksDown.{down++}", x, given);
                x = level == levels - 1 ? Attend($"attentionDown.{attendedDown++}", x) : x;
                kept.Push(x);
            }

            if (level < levels - 1)
            {
                // TensorFlow's "same" padding of an even image: nothing before it, one row and one column behind.
                x = Convolve($"shrink.{level}", x, before: 0, after: 1, stride: 2);
                kept.Push(x);
            }
        }

        x = Block("middle1", x, given);
        x = Attend("middleAttention", x);
        x = Block("middle2", x, given);
        for (int level = levels - 1; level >= 0; level--)
        {
            for (int i = 0; i <= blocks; i++)
            {
                x = Block($"blocksUp.{up++}", Join(x, kept.Pop()), given);
                x = level == levels - 1 ? Attend($"attentionUp.{attendedUp++}", x) : x;
            }

            if (level > 0)
            {
                x = Convolve($"enlarge.{levels - 1 - level}", Repeat(x), before: 1, after: 1);
            }
        }

        return [.. Convolve("last", Each(Normalise("norm", x), Swish), before: 1, after: 1).Cast<double>()];
    }

    /// <summary>
    /// Four convolutions without padding, each followed by ReLU and then group normalisation; the mean over all positions.
    /// </summary>
    public double[] Summary(double[,,] x)
    {
        for (int i = 0; i < 4; i++)
        {
            x = Normalise($"norms.{i}", Each(Convolve($"convolutions.{i}", x, 0, 0), v => Math.Max(0, v)));
        }

        int channels = x.GetLength(0);
        return [.. x.Cast<double>().Chunk(x.Length / channels).Select(channel => channel.Average())];
    }

    private static double Swish(double v) => v / (1 + Math.Exp(-v));

    private static double[] Waves(double time, double largestTime, int features)
    {
        // The frequencies are stored in single precision.
        int half = features / 2;
        double[] angles =
        [
            .. Enumerable.Range(0, half).Select(i => time * (float)(1000 / largestTime * Math.Pow(10_000, -i / (half - 1.0)))),
        ];
        return [.. angles.Select(Math.Sin), .. angles.Select(Math.Cos)];
    }

    private double[,,] Block(string name, double[,,] x, double[] given)
    {
        double[,,] h = Convolve($"{name}.convolution1", Each(Normalise($"{name}.norm1", x), Swish), 1, 1);
        double[] shift = Dense($"{name}.conditioning", given);
        Update(h, (c, _, _, v) => v + shift[c]);
        h = Convolve($"{name}.convolution2", Each(Normalise($"{name}.norm2", h), Swish), 1, 1);
        double[,,] around = _weights.ContainsKey($"{name}.shortcut.weight") ? Convolve($"{name}.shortcut", x, 0, 0) : x;
        Update(h, (c, i, j, v) => v + around[c, i, j]);
        return h;
    }

    // n + P(attention(n)) with n the normalised input: softmax of q.k / sqrt(C) over all positions.
    private double[,,] Attend(string name, double[,,] x)
    {
        double[,,] n = Normalise($"{name}.norm", x);
        int channels = n.GetLength(0), height = n.GetLength(1), width = n.GetLength(2);
        double[][] pixels = [.. Enumerable.Range(0, height * width)
            .Select(at => Enumerable.Range(0, channels).Select(c => n[c, at / width, at % width]).ToArray())];
        double[][] query = [.. pixels.Select(p => Dense($"{name}.query", p))];
        double[][] key = [.. pixels.Select(p => Dense($"{name}.key", p))];
        double[][] value = [.. pixels.Select(p => Dense($"{name}.value", p))];
        double[,,] result = new double[channels, height, width];
        for (int at = 0; at < pixels.Length; at++)
        {
            double[] weight = [.. key.Select(k => Math.Exp(k.Zip(query[at], (a, b) => a * b).Sum() / Math.Sqrt(channels)))];
            double total = weight.Sum();
            double[] mixed = [.. Enumerable.Range(0, channels).Select(c => weight.Select((w, other) => w * value[other][c]).Sum() / total)];
            double[] projected = Dense($"{name}.projection", mixed);
            for (int c = 0; c < channels; c++)
            {
                result[c, at / width, at % width] = pixels[at][c] + projected[c];
            }
        }

        return result;
    }

    // Mean 0 and variance 1 in every group of neighbouring channels, with Keras' epsilon.
    private double[,,] Normalise(string name, double[,,] x)
    {
        double[] scale = _weights[$"{name}.scale"].Values, shift = _weights[$"{name}.shift"].Values;
        int channels = x.GetLength(0), together = channels / groups;
        double[][] members = [.. x.Cast<double>().Chunk(x.Length / groups)];
        double[] mean = [.. members.Select(m => m.Average())];
        double[] deviation = [.. members.Select((m, g) => Math.Sqrt(m.Average(v => (v - mean[g]) * (v - mean[g])) + 0.001))];
        double[,,] result = (double[,,])x.Clone();
        Update(result, (c, _, _, v) => (v - mean[c / together]) / deviation[c / together] * scale[c] + shift[c]);
        return result;
    }

    private double[] Dense(string name, double[] x)
    {
        double[] weight = _weights[$"{name}.weight"].Values, bias = _weights[$"{name}.bias"].Values;
        return [.. bias.Select((b, o) => b + x.Select((v, i) => v * weight[o * x.Length + i]).Sum())];
    }

    // Zeros in front of and behind both axes.
    private double[,,] Convolve(string name, double[,,] x, int before, int after, int stride = 1)
    {
        (double[] weight, int[] shape) = _weights[$"{name}.weight"];
        double[] bias = _weights[$"{name}.bias"].Values;
        int inputs = shape[1],
            size = shape[2],
            height = x.GetLength(1),
            width = x.GetLength(2);
        double[,,] result = new double[
            shape[0],
            (height + before + after - size) / stride + 1,
            (width + before + after - size) / stride + 1
        ];
        Update(result, (o, i, j, _) =>
        {
            double sum = bias[o];
            for (int c = 0; c < inputs; c++)
            {
                for (int di = 0; di < size; di++)
                {
                    for (int dj = 0; dj < size; dj++)
                    {
                        int row = i * stride + di - before, column = j * stride + dj - before;
                        bool inside = row >= 0 && row < height && column >= 0 && column < width;
                        sum += inside ? weight[((o * inputs + c) * size + di) * size + dj] * x[c, row, column] : 0;
                    }
                }
            }

            return sum;
        });
        return result;
    }

    private static double[,,] Join(double[,,] first, double[,,] second)
    {
        int channels = first.GetLength(0);
        double[,,] joined = new double[channels + second.GetLength(0), first.GetLength(1), first.GetLength(2)];
        Update(joined, (c, i, j, _) => c < channels ? first[c, i, j] : second[c - channels, i, j]);
        return joined;
    }

    private static double[,,] Repeat(double[,,] x)
    {
        double[,,] enlarged = new double[x.GetLength(0), 2 * x.GetLength(1), 2 * x.GetLength(2)];
        Update(enlarged, (c, i, j, _) => x[c, i / 2, j / 2]);
        return enlarged;
    }

    private static double[,,] Each(double[,,] x, Func<double, double> function)
    {
        double[,,] result = (double[,,])x.Clone();
        Update(result, (_, _, _, v) => function(v));
        return result;
    }

    private static void Update(double[,,] x, Func<int, int, int, double, double> value)
    {
        for (int c = 0; c < x.GetLength(0); c++)
        {
            for (int i = 0; i < x.GetLength(1); i++)
            {
                for (int j = 0; j < x.GetLength(2); j++)
                {
                    x[c, i, j] = value(c, i, j, x[c, i, j]);
                }
            }
        }
    }
}

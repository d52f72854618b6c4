using Reproduce.Inference.Networks;
using Reproduce.Tests.Inference.Support;

namespace Reproduce.Tests.Inference.Series;

/// <summary>The layers of the series networks in plain loops over doubles, read off a network's weights by name.</summary>
internal sealed class HandNetworks(Network network)
{
    private readonly Dictionary<string, (double[] Numbers, long[] Shape)> _weights =
        network.named_parameters().ToDictionary(p => p.name, p => (p.parameter.Numbers(), p.parameter.shape));

    /// <summary>y = W x + b for each row.</summary>
    public double[][] Affine(string layer, double[][] rows)
    {
        (double[] w, long[] shape) = _weights[layer + ".weight"];
        double[] b = _weights[layer + ".bias"].Numbers;
        return [.. rows.Select(x => b.Select((bias, o) => bias + x.Select((v, i) => w[o * shape[1] + i] * v).Sum()).ToArray())];
    }

    /// <summary>Mean 0 and variance 1 in each row (epsilon 1e-3), then scale and shift.</summary>
    public double[][] LayerNorm(string layer, double[][] rows)
    {
        double[] scale = _weights[layer + ".scale"].Numbers, shift = _weights[layer + ".shift"].Numbers;
        return [.. rows.Select(x =>
        {
            double mean = x.Average(), variance = x.Average(v => (v - mean) * (v - mean));
            return x.Select((v, i) => scale[i] * (v - mean) / Math.Sqrt(variance + 1e-3) + shift[i]).ToArray();
        })];
    }

    /// <summary>An attention block with layer normalisation.</summary>
    public double[][] Attention(string block, double[][] from, double[][] to, int heads, int key, int layers)
    {
        double[][] q = Affine(block + "queries", from), k = Affine(block + "keys", to), v = Affine(block + "values", to);
        double[][] read = [.. q.Select(query =>
        {
            double[] joined = new double[heads * key];
            for (int head = 0; head < heads; head++)
            {
                double[] e = [.. k.Select(other =>
                    Math.Exp(Enumerable.Range(head * key, key).Sum(c => query[c] * other[c]) / Math.Sqrt(key)))];
                for (int c = head * key; c < (head + 1) * key; c++)
                {
                    joined[c] = v.Select((value, j) => e[j] * value[c]).Sum() / e.Sum();
                }
            }

            return joined;
        })];
        double[][] h = LayerNorm(block + "firstNorm", Sum(from, Affine(block + "joined", read)));
        double[][] hidden = h;
        for (int i = 0; i < layers; i++)
        {
            hidden = [.. Affine($"{block}hidden.layers.{i}", hidden).Select(row => row.Select(x => Math.Max(x, 0)).ToArray())];
        }

        return LayerNorm(block + "lastNorm", Sum(h, Affine(block + "last", hidden)));
    }

    /// <summary>The last output of an LSTM with gates in the order input, forget, output, candidate.</summary>
    public double[] Lstm(string layer, double[][] series, int units)
    {
        double[] recurrent = _weights[layer + "recurrent"].Numbers;
        double[] state = new double[units], output = new double[units];
        foreach (double[] drive in Affine(layer + "input", series))
        {
            double[] before = output;
            double Gate(int row) => drive[row] + Enumerable.Range(0, units).Sum(i => recurrent[row * units + i] * before[i]);
            double[] nextState = new double[units], next = new double[units];
            for (int i = 0; i < units; i++)
            {
                double input = Sigmoid(Gate(i)), forget = Sigmoid(Gate(units + i)), open = Sigmoid(Gate(2 * units + i));
                nextState[i] = forget * state[i] + input * Math.Tanh(Gate(3 * units + i));
                next[i] = open * Math.Tanh(nextState[i]);
            }

            (state, output) = (nextState, next);
        }

        return output;
    }

    /// <summary>x * sigmoid(x).</summary>
    public static double Swish(double x) => x * Sigmoid(x);

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double[][] Sum(double[][] a, double[][] b) => [.. a.Zip(b, (x, y) => x.Zip(y, (u, v) => u + v).ToArray())];
}

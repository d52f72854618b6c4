namespace Reproduce.Kernels;

/// <summary>The vectors of one width, for loops that are written once for all widths.</summary>
/// <typeparam name="TVector">A vector of float32 numbers.</typeparam>
/// <typeparam name="TWords">A vector of as many words of 32 bits.</typeparam>
internal interface ILanes<TVector, TWords>
    where TVector : struct
    where TWords : struct
{
    /// <summary>Numbers in a vector; divides 16.</summary>
    static abstract nuint Count { get; }

    /// <summary>Numbers from memory.</summary>
    /// <param name="from">Where it begins.</param>
    /// <param name="at">Numbers to skip.</param>
    static abstract TVector Load(ref float from, nuint at);

    /// <summary>Numbers to memory.</summary>
    /// <param name="vector">The numbers.</param>
    /// <param name="to">Where it begins.</param>
    /// <param name="at">Numbers to skip.</param>
    static abstract void Store(TVector vector, ref float to, nuint at);

    /// <summary>One number in every place.</summary>
    /// <param name="number">The number.</param>
    static abstract TVector Create(float number);

    /// <summary>One word in every place.</summary>
    /// <param name="word">The word.</param>
    static abstract TWords Create(uint word);

    /// <summary>a b + c, rounded once.</summary>
    /// <param name="a">A factor.</param>
    /// <param name="b">The other.</param>
    /// <param name="c">What is added.</param>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>a b.</summary>
    /// <param name="a">A factor.</param>
    /// <param name="b">The other.</param>
    static abstract TVector Multiply(TVector a, TVector b);

    /// <summary>a + b.</summary>
    /// <param name="a">A number in every place.</param>
    /// <param name="b">Another.</param>
    static abstract TVector Add(TVector a, TVector b);

    /// <summary>a - b.</summary>
    /// <param name="a">A number in every place.</param>
    /// <param name="b">Another.</param>
    static abstract TVector Subtract(TVector a, TVector b);

    /// <summary>a / b.</summary>
    /// <param name="a">The numerator.</param>
    /// <param name="b">The denominator.</param>
    static abstract TVector Divide(TVector a, TVector b);

    /// <summary>The larger of a and b.</summary>
    /// <param name="a">A number in every place.</param>
    /// <param name="b">Another.</param>
    static abstract TVector Max(TVector a, TVector b);

    /// <summary>The square root.</summary>
    /// <param name="x">Numbers.</param>
    static abstract TVector Sqrt(TVector x);

    /// <summary>The numbers of a where b is positive, 0 elsewhere.</summary>
    /// <param name="a">A number in every place.</param>
    /// <param name="b">Another.</param>
    static abstract TVector WherePositive(TVector a, TVector b);

    /// <summary>2^x, 0 far below -126.</summary>
    /// <param name="x">Numbers of at most 127.</param>
    static abstract TVector Exp2(TVector x);

    /// <summary>1 / (1 + exp(-x)).</summary>
    /// <param name="x">Numbers.</param>
    static abstract TVector Sigmoid(TVector x);

    /// <summary>tanh(x).</summary>
    /// <param name="x">Numbers.</param>
    static abstract TVector Tanh(TVector x);

    /// <summary>The sum of a vector's numbers.</summary>
    /// <param name="vector">The numbers.</param>
    static abstract float Sum(TVector vector);

    /// <summary>first, first + step, first + 2 step, ...</summary>
    /// <param name="first">The first word.</param>
    /// <param name="step">From each word to the next.</param>
    static abstract TWords Sequence(uint first, uint step);

    /// <summary>a + b.</summary>
    /// <param name="a">A word in every place.</param>
    /// <param name="b">Another.</param>
    static abstract TWords Add(TWords a, TWords b);

    /// <summary>The words of a <see cref="RowDropout"/>.</summary>
    /// <param name="counter">Counters.</param>
    /// <param name="second">What is mixed in between the rounds.</param>
    static abstract TWords Hash(TWords counter, TWords second);

    /// <summary>The lower halves in the place of the upper ones.</summary>
    /// <param name="words">The words.</param>
    static abstract TWords LowerHalves(TWords words);

    /// <summary>The numbers whose words reach the threshold, 0 for the others.</summary>
    /// <param name="vector">The numbers.</param>
    /// <param name="words">Their words.</param>
    /// <param name="threshold">The threshold.</param>
    static abstract TVector Keep(TVector vector, TWords words, TWords threshold);
}

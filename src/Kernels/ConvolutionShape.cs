namespace Reproduce.Kernels;

/// <summary>Sizes of a convolution with a square kernel, every position once.</summary>
/// <param name="Inputs">Channels of the input.</param>
/// <param name="Outputs">Channels of the output.</param>
/// <param name="Height">Rows of the input.</param>
/// <param name="Width">Columns of the input.</param>
/// <param name="Kernel">Rows and columns of the kernel.</param>
/// <param name="Before">Rows and columns of zeros before the image.</param>
/// <param name="Behind">Rows and columns of zeros behind it.</param>
public readonly record struct ConvolutionShape(int Inputs, int Outputs, int Height, int Width, int Kernel, int Before, int Behind)
{
    /// <summary>Rows of the output.</summary>
    public int OutputHeight => Height + Before + Behind - Kernel + 1;

    /// <summary>Columns of the output.</summary>
    public int OutputWidth => Width + Before + Behind - Kernel + 1;

    /// <summary>Numbers of the input's panel, [Inputs, Height, Width, 32].</summary>
    public int InputLength => checked(Inputs * Height * Width * Panels.Width);

    /// <summary>Numbers of the output's panel.</summary>
    public int OutputLength => checked(Outputs * OutputHeight * OutputWidth * Panels.Width);
}

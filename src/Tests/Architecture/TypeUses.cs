using System.Reflection;
using System.Reflection.Emit;

namespace Reproduce.Tests.Architecture;

/// <summary>
/// The types that a type names: in its declaration, the signatures of its members, and the instructions and local variables of their
/// bodies. (Constants are not seen: the compiler leaves no trace of where they came from.)
/// </summary>
internal static class TypeUses
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> s_codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => (OpCode)f.GetValue(null)!).ToDictionary(c => c.Value);

    /// <summary>The types named by a type, without those that it is made of by nesting.</summary>
    /// <param name="type">The type; what the compiler nests in it counts when it is asked for.</param>
    public static IEnumerable<Type> Of(Type type)
    {
        IEnumerable<Type?> named = type.GetInterfaces().Append(type.BaseType)
            .Concat(type.GetFields(Declared).Select(f => f.FieldType))
            .Concat(type.GetMethods(Declared).Select(m => m.ReturnType))
            .Concat(Bodies(type).SelectMany(m => m.GetParameters().Select(p => p.ParameterType).Concat(InBody(m))))
            .Concat(type.GetCustomAttributesData().Select(a => a.AttributeType));
        return named.SelectMany(Parts).Distinct();
    }

    /// <summary>The methods and constructors that a type declares.</summary>
    /// <param name="type">The type; what the compiler nests in it counts when it is asked for.</param>
    public static IEnumerable<MethodBase> Bodies(Type type) =>
        type.GetMethods(Declared).Concat<MethodBase>(type.GetConstructors(Declared));

    /// <summary>The methods and constructors that a method's instructions name.</summary>
    /// <param name="method">The method.</param>
    public static IEnumerable<MethodBase> Calls(MethodBase method) => Members(method).OfType<MethodBase>();

    private static IEnumerable<MemberInfo> Members(MethodBase method)
    {
        if (method.GetMethodBody()?.GetILAsByteArray() is not byte[] code)
        {
            return [];
        }

        Type[] ofType = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : [];
        Type[] ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : [];
        return Tokens(code).Select(t => method.Module.ResolveMember(t, ofType, ofMethod)!);
    }

    private static IEnumerable<Type?> InBody(MethodBase method)
    {
        if (method.GetMethodBody() is not MethodBody body)
        {
            return [];
        }

        IEnumerable<ExceptionHandlingClause> handlers = body.ExceptionHandlingClauses.Where(c =>
            c.Flags == ExceptionHandlingClauseOptions.Clause
        );
        return body
            .LocalVariables.Select(v => v.LocalType)
            .Concat(handlers.Select(c => c.CatchType))
            .Concat(Members(method).SelectMany(Named));
    }

    private static IEnumerable<Type?> Named(MemberInfo member) => member switch
    {
        Type type => [type],
        FieldInfo field => [field.DeclaringType, field.FieldType],
        MethodInfo method =>
        [
            method.DeclaringType, method.ReturnType, .. method.GetParameters().Select(p => p.ParameterType),
            .. method.IsGenericMethod ? method.GetGenericArguments() : [],
        ],
        _ => [member.DeclaringType],
    };

    // The operands that name a type or a member; everything else is passed over by its size (ECMA-335, III.1.9).
    private static IEnumerable<int> Tokens(byte[] code)
    {
        for (int at = 0; at < code.Length;)
        {
            short value = code[at++];
            if (value == 0xFE)
            {
                value = unchecked((short)(0xFE00 | code[at++]));
            }

            switch (s_codes[value].OperandType)
            {
                case OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok:
                    yield return BitConverter.ToInt32(code, at);
                    at += 4;
                    break;
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    at += 1;
                    break;
                case OperandType.InlineVar:
                    at += 2;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    at += 8;
                    break;
                case OperandType.InlineSwitch:
                    at += 4 + 4 * BitConverter.ToInt32(code, at);
                    break;
                default:
                    at += 4;
                    break;
            }
        }
    }

    // A type without arrays, references and arguments, and what its arguments are.
    private static IEnumerable<Type> Parts(Type? type) => type switch
    {
        null => [],
        { IsGenericParameter: true } => [],
        { HasElementType: true } => Parts(type.GetElementType()),
        { IsGenericType: true } => type.GetGenericArguments().SelectMany(Parts).Prepend(type.GetGenericTypeDefinition()),
        _ => [type],
    };
}

"""Another statement of the same shape: each number and string literal of a query replaced by another one of its class."""
import re

TOKEN = re.compile(
    r"""(?P<comment>--[^\n]*|/\*.*?\*/)
      | (?P<dollar>\$(?P<tag>[A-Za-z_]*)\$.*?\$(?P=tag)\$)
      | (?P<quoted>"(?:[^"]|"")*")
      | (?P<prefixed>(?:[eE]|[bB]|[xX]|[nN]|[uU]&)'(?:[^'\\]|''|\\.)*')
      | (?P<string>'(?:[^']|'')*')
      | (?P<word>[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*)
      | (?P<parameter>\$[0-9]+)
      | (?P<number>[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?)
      | (?P<other>.)""", re.X | re.S)

# What a rollback does not undo, or what everybody sees.
LASTING = re.compile(r"nextval|setval|set_config|setseed|advisory|pg_notify|pg_sleep|pg_terminate|pg_cancel|lo_|txid|"
                     r"pg_current_xact|pg_reload|pg_switch|random", re.I)


def other_number(text):
    if re.fullmatch(r"[0-9]+", text):
        value = int(text)
        # Stay in the class: the limits of int4 and int8 are classes of their own.
        if value in (2**31, 2**63):
            return text
        return str(value - 1 if value + 1 in (2**31, 2**63) else value + 1)
    return re.sub(r"[0-9]", lambda digit: str((int(digit.group()) + 1) % 10) if digit.start() == 0 else digit.group(), text)


def other_string(text):
    body = text[1:-1]
    if not body:
        return "'a'"
    last = body[-1]
    if last.isdigit():
        return "'" + body[:-1] + str((int(last) + 1) % 10) + "'"
    if last.isascii() and last.isalpha():
        return "'" + body[:-1] + ('b' if last == 'a' else 'a') + "'"
    return text


def change_literals(sql):
    """The query with other literals; None where there is none, or where it should not be run twice."""
    if not re.match(r"\s*\(*\s*(select|values|with|table)\b", sql, re.I) or LASTING.search(sql):
        return None
    if re.search(r"\b(insert|update|delete|merge|into)\b", sql, re.I):
        return None
    out, changed = [], False
    for token in TOKEN.finditer(sql):
        text = token.group()
        new = text
        if token.lastgroup == 'number':
            new = other_number(text)
        elif token.lastgroup == 'string':
            new = other_string(text)
        changed = changed or new != text
        out.append(new)
    return ''.join(out) if changed else None

"""PostgreSQL's protocol 3.0 on a raw socket, for tests that send what no driver sends."""
import re
import select
import socket
import struct
import time

FIELDS = 'SCMDHPpqWstcdn'  # of errors and notices: all but file, line and routine


def int16(value):
    return struct.pack('!h', value)


def uint16(value):
    return struct.pack('!H', value)


def int32(value):
    return struct.pack('!i', value)


def text(value):
    return (value.encode() if isinstance(value, str) else value) + b'\0'


def message(kind, body=b''):
    return kind.encode() + struct.pack('!I', len(body) + 4) + body


def query(sql):
    return message('Q', text(sql))


def parse(sql, name='', types=()):
    return message('P', text(name) + text(sql) + uint16(len(types)) + b''.join(int32(oid) for oid in types))


def bind(values=(), portal='', name='', formats=(), result_formats=()):
    body = text(portal) + text(name) + uint16(len(formats)) + b''.join(int16(code) for code in formats)
    body += uint16(len(values))
    for value in values:
        data = value.encode() if isinstance(value, str) else value
        body += int32(-1) if data is None else int32(len(data)) + data
    return message('B', body + uint16(len(result_formats)) + b''.join(int16(code) for code in result_formats))


def describe(kind, name=''):
    return message('D', kind.encode() + text(name))


def execute(portal='', rows=0):
    return message('E', text(portal) + int32(rows))


def close(kind, name=''):
    return message('C', kind.encode() + text(name))


SYNC, FLUSH, TERMINATE = message('S'), message('H'), message('X')


def startup_packet(parameters, protocol=3 << 16):
    body = int32(protocol) + b''.join(text(name) + text(value) for name, value in parameters) + b'\0'
    return struct.pack('!I', len(body) + 4) + body


def cancel_request(pid, key):
    """What a connection of its own sends to have the statement of another one cancelled."""
    return struct.pack('!IIii', 16, 80877102, pid, key)


class Wire:
    """One connection. read() gives what has come as readable lines."""

    limit_mb = 1500  # what the server may have used at most: more under sanitizers, whose own memory counts too
    calls = 500  # of a function by itself that must be possible: fewer under sanitizers, which make frames larger
    patience = 1  # how many times longer than usual an answer may take: under sanitizers

    def __init__(self, port, host='127.0.0.1', buffer_bytes=None):
        self.socket = socket.socket()
        if buffer_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
        self.socket.settimeout(30 * Wire.patience)
        self.socket.connect((host, port))
        self.buffer, self.at = b'', 0  # what has come, and how much of it has been read
        self.pid = self.key = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def reset(self):
        """Vanishes: the other side gets a reset instead of an orderly end."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        self.socket.close()

    def send(self, *parts):
        try:
            self.socket.sendall(b''.join(parts))
        except (BrokenPipeError, ConnectionResetError):
            pass  # what the server had to say is still to be read
        return self

    def start(self, database='postgres', user='postgres', **parameters):
        self.send(startup_packet([('user', user), ('database', database), *parameters.items()]))
        lines = self.read()
        if not lines or not lines[-1].startswith('Z'):
            raise RuntimeError('no session: ' + str(lines))
        return self

    def next_message(self):
        """(type, body), or None at the end of the connection."""
        while True:
            at = self.at
            if len(self.buffer) >= at + 5:
                end = at + 1 + struct.unpack_from('!I', self.buffer, at + 1)[0]
                if len(self.buffer) >= end:
                    self.at = end
                    return chr(self.buffer[at]), self.buffer[at + 5:end]
            self.buffer, self.at = self.buffer[at:], 0
            try:
                got = self.socket.recv(65536)
            except ConnectionResetError:
                got = b''
            if not got:
                return None
            self.buffer += got

    def read(self, until='Z', count=1):
        """Lines up to the count-th message of one of the types, or to the end of the connection."""
        lines = []
        while count > 0:
            found = self.next_message()
            if found is None:
                return lines + ['(closed)']
            kind, body = found
            if kind == 'K':
                self.pid, self.key = struct.unpack('!ii', body)
            lines.append(show(kind, body))
            count -= kind in until
        return lines

    def run(self, *parts, until='Z', count=1):
        return self.send(*parts).read(until, count)

    def quiet(self, seconds=0.2):
        """True when nothing comes for so long."""
        return len(self.buffer) == self.at and not select.select([self.socket], [], [], seconds)[0]

    def closed_within(self, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if select.select([self.socket], [], [], 0.1)[0]:
                try:
                    if not self.socket.recv(65536):
                        return True
                except ConnectionResetError:
                    return True
        return False


def c_strings(body):
    return [part.decode('utf-8', 'backslashreplace') for part in body.split(b'\0')]


# The form of the fields file, line and routine, whose values are each server's own.
RAISED = {'F': r'[\w+-]+\.(c|cpp|hpp|y|l)', 'L': r'[1-9]\d*', 'R': r'[A-Za-z_]\w*'}


def show_error(kind, body):
    fields = {part[:1].decode(): part[1:].decode('utf-8', 'backslashreplace') for part in body.split(b'\0') if part}
    if 's' in fields:
        fields['s'] = re.sub(r'pg_temp_\d+', 'pg_temp_N', fields['s'])
    shown = ' '.join(f'{code}={fields[code]!r}' for code in FIELDS if code in fields)
    wrong = [code for code, form in RAISED.items() if not re.fullmatch(form, fields.get(code, ''))]
    return f'{kind} {shown}' + (f' (without {wrong})' if wrong else '')


def show(kind, body):
    if kind in 'EN':
        return show_error(kind, body)
    if kind == 'Z':
        return 'Z ' + body.decode()
    if kind == 'C':
        return 'C ' + c_strings(body)[0]
    if kind == 'S':
        name, value, _ = c_strings(body)
        return f'S {name}=' + (value if name != 'server_version' else re.sub(r' .*', '', value))
    if kind == 'K':
        return f'K {len(body)} bytes'
    if kind == 'T':
        return 'T ' + show_columns(body)
    if kind == 'D':
        return 'D ' + show_row(body)
    if kind == 't':
        count = struct.unpack('!H', body[:2])[0]
        return 't ' + ' '.join(str(oid) for oid in struct.unpack(f'!{count}I', body[2:]))
    if kind in 'GHW':
        return f'{kind} {body.hex()}'
    if kind == 'd':
        return f'd {body!r}'
    return kind + (' ' + body.hex() if body else '')


def show_columns(body):
    count, at, out = struct.unpack('!H', body[:2])[0], 2, []
    for _ in range(count):
        end = body.index(b'\0', at)
        _, column, oid, length, typmod, code = struct.unpack('!IhIhih', body[end + 1:end + 19])
        out.append(f'{body[at:end].decode()}:{oid}/{length}/{typmod}/{code}' + (f' column {column}' if column else ''))
        at = end + 19
    return ', '.join(out)


def show_row(body):
    count, at, out = struct.unpack('!H', body[:2])[0], 2, []
    for _ in range(count):
        length = struct.unpack('!i', body[at:at + 4])[0]
        at += 4
        if length < 0:
            out.append('NULL')
            continue
        value = body[at:at + length]
        out.append(repr(value if len(value) < 60 else value[:20] + f'... {length} bytes'.encode())[1:])
        at += length
    return ' '.join(out)

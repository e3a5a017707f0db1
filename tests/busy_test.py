#!/usr/bin/python3
"""A server with more to do than processors still answers at once: QRY-5.

    busy_test.py --binary build/relassert/basalt [--limit-ms 100] [--rounds 20]

While four times as many statements as there are processors compute without end, and 200 sessions wait for a row lock: a new
connection gets its first answer, a cancelled statement and a cancelled wait end, and statement_timeout ends a statement and a wait,
each within the limit. Prints the worst of each kind; at the end every session answers again.
"""
import argparse
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'support'))
from server import Server  # noqa: E402
from wire import Wire, cancel_request, query  # noqa: E402

LOCK_WAITS = 200
TIMEOUT_MS = 50
COMPUTE = 'select count(*) from generate_series(1, 1000000000000) i where i % 7 = 8'
WAIT = 'update waited set v = v + 1 where id = 1'


def cancel(port, wire):
    with Wire(port) as other:
        other.send(cancel_request(wire.pid, wire.key))
        other.socket.recv(1)  # the server hangs up when it has passed the request on


def expect(lines, state):
    assert any(line.startswith('E') and f"C='{state}'" in line for line in lines), f'{state} expected, got {lines}'


class Busy:
    """The load: statements that compute, and waits for a lock that `holder` has."""

    def __init__(self, port, lock_waits):
        self.port = port
        self.holder = Wire(port).start()
        self.holder.run(query('create table waited (id int primary key, v int); insert into waited values (1, 0)'))
        self.holder.run(query('begin; update waited set v = 1'))
        self.computing = [self.started(COMPUTE) for _ in range(4 * (os.cpu_count() or 1))]
        self.waiting = [self.started(WAIT) for _ in range(lock_waits)]

    def started(self, sql):
        return Wire(self.port).start().send(query(sql))

    def cancel_one(self, wires, sql):
        """Cancels the oldest of them and starts it again; how long the answer took."""
        wire = wires.pop(0)
        begun = time.monotonic()
        cancel(self.port, wire)
        expect(wire.read(), '57014')
        took = time.monotonic() - begun
        wires.append(wire.send(query(sql)))
        return took

    def connect(self):
        begun = time.monotonic()
        with Wire(self.port).start() as wire:
            assert "D '1'" in wire.run(query('select 1'))
            return time.monotonic() - begun

    def time_out(self, sql):
        with Wire(self.port).start(statement_timeout=str(TIMEOUT_MS)) as wire:
            begun = time.monotonic()
            expect(wire.run(query(sql)), '57014')
            return time.monotonic() - begun - TIMEOUT_MS / 1000

    def end(self):
        """All go on: the computing ones are cancelled, the waiting ones get the row."""
        for wire in self.computing:
            cancel(self.port, wire)
            expect(wire.read(), '57014')
        self.holder.run(query('commit'))
        for wire in self.waiting:
            lines = wire.read()
            assert 'C UPDATE 1' in lines, lines
        answer = self.holder.run(query('select v from waited'))
        assert f"D '{len(self.waiting) + 1}'" in answer, answer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--binary', required=True)
    parser.add_argument('--limit-ms', type=float, default=100)
    parser.add_argument('--rounds', type=int, default=20)
    options = parser.parse_args()
    with Server(options.binary, ['max_connections=300']) as server:
        busy = Busy(server.port, LOCK_WAITS)
        kinds = {
            'connect and first answer': busy.connect,
            'cancel of a statement that computes': lambda: busy.cancel_one(busy.computing, COMPUTE),
            'cancel of a wait for a lock': lambda: busy.cancel_one(busy.waiting, WAIT),
            'timeout of a statement that computes': lambda: busy.time_out(COMPUTE),
            'timeout of a wait for a lock': lambda: busy.time_out(WAIT),
        }
        worst = dict.fromkeys(kinds, 0)
        for _ in range(options.rounds):
            for kind, measure in kinds.items():
                worst[kind] = max(worst[kind], measure() * 1000)
        busy.end()
        server.stop()
    late = [f'{kind}: {took:.1f} ms' for kind, took in worst.items() if took > options.limit_ms]
    for kind, took in worst.items():
        print(f'{kind}: worst of {options.rounds} {took:.1f} ms')
    print('\n'.join(['late: ' + line for line in late]) or 'all within the limit')
    return 1 if late else 0


if __name__ == '__main__':
    sys.exit(main())

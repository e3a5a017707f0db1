"""Starts and stops a Basalt server in a temporary directory, for tests."""
import argparse
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time


MEMORY_FOLDER = '/dev/shm'
MEMORY_BYTES_MIN = 6 << 30


def new_folder(prefix):
    """A folder in memory where there is room for it: the tests end processes, not machines, and a slow disk is no help."""
    in_memory = os.path.isdir(MEMORY_FOLDER) and shutil.disk_usage(MEMORY_FOLDER).free >= MEMORY_BYTES_MIN
    return tempfile.mkdtemp(prefix=prefix, dir=MEMORY_FOLDER if in_memory and 'TMPDIR' not in os.environ else None)


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class Server:
    """A data directory and the process that serves it. Use as a context manager."""

    def __init__(self, binary, settings=(), directory=None):
        self.binary = binary
        self.settings = list(settings)
        self.owns_directory = directory is None
        self.root = new_folder('basalt-test-') if directory is None else None
        self.directory = directory or os.path.join(self.root, 'data')
        self.log_path = (self.root or directory) + '/server.log'
        self.port = free_port()
        self.process = None

    def __enter__(self):
        if not os.path.exists(os.path.join(self.directory, 'basalt.conf')):
            subprocess.run([self.binary, 'init', '--data', self.directory], check=True, stdout=subprocess.DEVNULL)
        self.start()
        return self

    def start(self, timeout_s=120):
        command = [self.binary, 'serve', '--data', self.directory, '--port', str(self.port)]
        for setting in self.settings:
            command += ['--set', setting]
        with open(self.log_path, 'a', encoding='utf-8') as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError('server ended at start:\n' + self.log_tail())
            try:
                socket.create_connection(('127.0.0.1', self.port), 1).close()
                return
            except OSError:
                time.sleep(0.01)
        raise RuntimeError('server does not answer:\n' + self.log_tail())

    def kill(self):
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = None

    def stop(self):
        """Clean shutdown; fails when the server does not end well."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        self.process = None
        if code != 0:
            raise RuntimeError(f'server ended with {code}:\n' + self.log_tail())

    def check(self):
        """basalt check on the stopped server's directory; returns its findings ('' if clean)."""
        result = subprocess.run([self.binary, 'check', '--data', self.directory], capture_output=True, text=True)
        if result.returncode == 0:
            return ''
        return result.stdout + result.stderr or f'ended with {result.returncode} and said nothing'

    def log_tail(self):
        with open(self.log_path, encoding='utf-8', errors='replace') as log:
            return log.read()[-4000:]

    def __exit__(self, *_):
        try:
            if self.process is not None and self.process.poll() is None:
                self.process.terminate()
                try:
                    self.process.wait(30)
                except subprocess.TimeoutExpired:
                    self.process.kill()
                    self.process.wait()
        finally:
            if self.owns_directory:
                shutil.rmtree(self.root, ignore_errors=True)


def run_on(options, run_all, settings=()):
    """run_all(dsn) on the running server of --dsn, or on one of its own (--binary), which is checked afterwards. True: it failed."""
    if options.dsn:
        return bool(run_all(options.dsn))
    with Server(options.binary, settings) as server:
        failed = run_all(f'host=127.0.0.1 port={server.port} user=postgres')
        server.stop()
        findings = server.check()
    if findings:
        print(findings)
    return bool(failed or findings)


def run_against(doc, run_all):
    """What the main() of a test does that runs on a server of its own (--binary; checked afterwards) or a running one (--dsn).
    run_all(dsn) answers whether something failed."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--binary')
    parser.add_argument('--dsn')
    return run_on(parser.parse_args(), run_all)

"""`python -m simulator`: opens a phone network on this machine."""

import signal
import threading
from datetime import UTC, datetime
from types import FrameType
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from simulator.clock import Clock
from simulator.exchange import Settings
from simulator.line import Line, Service, connected
from simulator.network import Network
from simulator.server import Server
from simulator.wire import is_e164, iso, parse_iso


def _e164(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if not is_e164(value):
            raise click.BadParameter(f"{value} is not a number in full international form, like +447700900000")
    return values


def _url(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise click.BadParameter(f"{value} is not an http or https address")
    return value.rstrip("/")


def _moment(_context: click.Context, _parameter: click.Parameter, value: str) -> datetime | None:
    try:
        return parse_iso(value) if value else None
    except ValueError as error:
        raise click.BadParameter(f"{value} is not a time in ISO 8601") from error


def _zone(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise click.BadParameter(f"{value} is not a time zone") from error


@click.command(context_settings={"show_default": True})
@click.option("--port", type=click.IntRange(0, 65535), default=4010, help="Port on 127.0.0.1; 0 takes a free one.")
@click.option("--app-url", callback=_url, default="http://127.0.0.1:8000", help="Where the line is.")
@click.option(
    "--public-url", callback=_url, default="", help="What the line calls itself, when that is another address."
)
@click.option("--account-sid", default="AC" + "0" * 32, help="The account.")
@click.option("--auth-token", default="simulated-auth-token", help="Its token; it signs the webhooks.")
@click.option("--api-key", default="", help="An API key, SID:SECRET, that may use the REST API too.")
@click.option(
    "--number", "numbers", multiple=True, default=["+447700900000"], callback=_e164, help="A number of the line."
)
@click.option("--messaging-service", default="", help="The SID of a Messaging Service all numbers are in.")
@click.option("--advanced-opt-out", is_flag=True, help="Gives the Messaging Service Advanced Opt-Out.")
@click.option("--opt-out-words", default="", help="The only words, with commas, that opt out or in or ask for help.")
@click.option("--unconnected", is_flag=True, help="Leaves the numbers' webhooks empty, to be set over the REST API.")
@click.option("--calls-per-second", type=click.FloatRange(0), default=0.0, help="Limit on outbound calls; 0: none.")
@click.option("--rest-concurrency", type=click.IntRange(0), default=0, help="REST requests at once before 429; 0: any.")
@click.option(
    "--start", callback=_moment, default="", help="When the rehearsal's clock starts, in ISO 8601; now if empty."
)
@click.option("--frozen", is_flag=True, help="The clock stands still but when it is moved.")
@click.option("--console-url", callback=_url, default="", help="The staff's console, linked from the page.")
@click.option("--timezone", callback=_zone, default="Europe/London", help="The zone of the times on the page.")
def main(
    *,
    port: int,
    app_url: str,
    public_url: str,
    account_sid: str,
    auth_token: str,
    api_key: str,
    numbers: tuple[str, ...],
    messaging_service: str,
    advanced_opt_out: bool,
    opt_out_words: str,
    unconnected: bool,
    calls_per_second: float,
    rest_concurrency: int,
    start: datetime | None,
    frozen: bool,
    console_url: str,
    timezone: str,
) -> None:
    """Opens a phone network in a box, and stays until it is interrupted."""
    if advanced_opt_out and not messaging_service:
        raise click.UsageError("--advanced-opt-out needs --messaging-service")
    now, base = datetime.now(UTC), public_url or app_url
    line = Line(
        account_sid,
        auth_token,
        app_url,
        base,
        {number: connected(number, "" if unconnected else base, now) for number in numbers},
        Service(messaging_service, now, advanced_opt_out=advanced_opt_out) if messaging_service else None,
        {account_sid: auth_token},
    )
    if api_key:
        key, _, secret = api_key.partition(":")
        line.secrets[key] = secret
    clock = Clock(start=start, frozen=frozen)
    network = Network(line, clock=clock, settings=Settings(calls_per_second, rest_concurrency))
    if opt_out_words:
        network.opt_outs.prune(opt_out_words.split(","))
    _serve(network, port, console_url, timezone)


def _serve(network: Network, port: int, console_url: str, zone: str) -> None:
    try:
        server = Server(network, port, console_url=console_url, zone=zone)
    except OSError as error:
        network.close()
        raise click.ClickException(f"port {port} cannot be opened on 127.0.0.1: {error.strerror}") from error
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, stop)
    server.start()
    click.echo(f"phone network on {server.url}, its clock at {iso(network.clock.now())}")
    stopped.wait()
    server.close()


if __name__ == "__main__":
    main()

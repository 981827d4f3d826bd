"""Commands about the SQL service."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from harmnet.errors import HarmnetError
from harmnet.options import CONF, LAKE, tell

PORT = click.option("--port", type=click.IntRange(1, 65535), default=10000, show_default=True)
KEYSTORE = click.option(
    "--keystore",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A Java keystore: the service then speaks TLS alone.",
)
KEYSTORE_PASSWORD = click.option(
    "--keystore-password",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The file with its password.",
)


def service_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of the service itself, which `sql-up` hands on to `sql-serve`."""
    for option in (KEYSTORE_PASSWORD, KEYSTORE, CONF, PORT, LAKE):
        command = option(command)
    return command


@click.command(name="sql-up")
@service_options
def sql_up(lake: str, port: int, conf: Path | None, keystore: Path | None, keystore_password: Path | None) -> None:
    """Start the SQL service of a lake on 127.0.0.1, and come back when people can log in.

    \b
    Example: harmnet sql-up --lake lake --port 10000
    """
    from harmnet.sql_service.home import home
    from harmnet.sql_service.process import up

    given = {"--conf": conf, "--keystore": keystore, "--keystore-password": keystore_password}
    options = [text for name, path in given.items() if path for text in (name, str(path.resolve()))]
    lake = lake if ":/" in lake else str(Path(lake).resolve())
    running = up(home(), lake, port, ["sql-serve", "--lake", lake, "--port", str(port), *options])
    click.echo(f"the SQL service of {running.lake} answers on 127.0.0.1:{running.port} (process {running.pid})")


@click.command(name="sql-serve", hidden=True)
@service_options
def sql_serve(lake: str, port: int, conf: Path | None, keystore: Path | None, keystore_password: Path | None) -> None:
    """Be the SQL service, until SIGTERM; `harmnet sql-up` starts this in the background.

    \b
    Example: harmnet sql-serve --lake lake --port 10000
    """
    from harmnet.config import load_sql_service
    from harmnet.sql_service.home import home
    from harmnet.sql_service.process import note
    from harmnet.sql_service.serving import Keystore, serve

    if (keystore is None) != (keystore_password is None):
        raise HarmnetError("--keystore and --keystore-password: give both or none")
    store = Keystore(keystore, keystore_password) if keystore and keystore_password else None
    serve(
        lake,
        port=port,
        home=home(),
        conf=load_sql_service(conf),
        keystore=store,
        ready=lambda: note(home(), lake, port),
    )


@click.command(name="sql-down")
def sql_down() -> None:
    """Stop the SQL service, and come back when it is gone.

    \b
    Example: harmnet sql-down
    """
    from harmnet.sql_service.home import home
    from harmnet.sql_service.process import down

    running = down(home())
    click.echo("no SQL service runs" if running is None else f"the SQL service was stopped (process {running.pid})")


@click.command(name="sql-status")
def sql_status() -> None:
    """Say whether the SQL service runs, and where; exit status 1 when it does not.

    \b
    Example: harmnet sql-status
    """
    from harmnet.sql_service.home import home
    from harmnet.sql_service.process import status

    running = status(home())
    if running is None:
        click.echo("no SQL service runs")
        sys.exit(1)
    click.echo(f"the SQL service of {running.lake} answers on 127.0.0.1:{running.port} (process {running.pid})")


@click.command(name="sql-user")
@CONF
@click.option("--role", help="A role of conf/sql_service.yml.")
@click.option("--remove", is_flag=True, help="Take the user out.")
@click.argument("user")
def sql_user(conf: Path | None, role: str | None, remove: bool, user: str) -> None:
    """Let USER log in to the SQL service, or give them another role and password.

    The password is read from the terminal, or as one line from standard input; a hash of it is kept.

    \b
    Example: harmnet sql-user asmith --role analyst
             harmnet sql-user asmith --remove
    """
    from harmnet.config import load_sql_service
    from harmnet.sql_service.home import home
    from harmnet.sql_service.users import put_user, remove_user, users_file

    file = users_file(home())
    if remove:
        remove_user(file, user)
        tell(f"{user} cannot log in any more; who is logged in sees no row from now on")
        return
    if role is None:
        raise HarmnetError("--role: name one of conf/sql_service.yml")
    if sys.stdin.isatty():
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\n")
    put_user(file, user, role, password, roles=load_sql_service(conf).roles)
    tell(f"{user} can log in as {role}")


COMMANDS = (sql_up, sql_down, sql_status, sql_user, sql_serve)

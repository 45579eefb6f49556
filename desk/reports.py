"""`jiangfu reports`, on the server: the inspectors' keys, what they take away, and what they bring back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO, TextIO

import click

from desk.acting import acting, as_option
from desk.inspecting import answer, close, grant, keygen, list_reports, show
from desk.office import Office


@click.group()
def reports() -> None:
    """The confidential channel. Private keys stay on the inspectors' own machines.

    Example: jiangfu reports export bundle.jf --as 13907310004
    """


for command in (keygen, list_reports, show, answer, close, grant):
    reports.add_command(command)


@reports.group("key")
def key_group() -> None:
    """The inspectors' public keys.

    Example: jiangfu reports key list
    """


@key_group.command("add")
@click.argument("public", metavar="PUBFILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--staff", "owner", required=True, metavar="STAFF", help="Staff number or phone of the inspector.")
@as_option
@click.pass_obj
def add(office: Office, public: Path, owner: str, named: str) -> None:
    """Register the public key of an inspector; reports are sealed to it from now on.

    Compare the fingerprint with the inspector over the telephone.

    Example: jiangfu reports key add zhou.key.pub --staff 13907310004 --as 13907310005
    """
    from core.confidentiality.inspector_key import read_public
    from core.db import transaction
    from core.services.reports.keys import add_key

    half, actor = read_public(public), acting(office, named)
    with transaction(office.sessions) as session:
        number = add_key(session, office.vault, half, owner, actor, office.clock.now())
    click.echo(f"Key {number} is in use. Its fingerprint: {half.fingerprint}")


@key_group.command("revoke")
@click.argument("number", metavar="KEY", type=int)
@as_option
@click.pass_obj
def revoke(office: Office, number: int, named: str) -> None:
    """Seal nothing more to a key. What was sealed to it before still opens with it, and with no other.

    Example: jiangfu reports key revoke 2 --as 13907310004
    """
    from core.db import transaction
    from core.services.reports.keys import revoke_key

    actor = acting(office, named)
    with transaction(office.sessions) as session:
        revoke_key(session, office.vault, number, actor, office.clock.now())
    click.echo(f"Key {number} is revoked.")


@key_group.command("list")
@click.pass_obj
def list_keys(office: Office) -> None:
    """Every key: number, fingerprint, staff number, area, whether it is in use.

    Example: jiangfu reports key list
    """
    from core.db import transaction
    from core.services.reports.charge import city_key
    from core.services.reports.keys import all_keys

    with transaction(office.sessions) as session:
        for key in all_keys(session):
            use = "in use" if key.counts else "not in use"
            click.echo(f"{key.number}\t{key.half.fingerprint}\t{key.staff_id}\t{key.area_code}\t{use}")
    if city := city_key(office.settings):
        click.echo(f"city\t{city.fingerprint}\t\t\tin use")


@reports.command()
@click.argument("out", type=click.File("wb"))
@click.option("--city", is_flag=True, help="What is sealed to the key above the district, to be sent to its inspector.")
@as_option
@click.pass_obj
def export(office: Office, out: BinaryIO, city: bool, named: str) -> None:
    """Write a bundle of the reports that are sealed to your keys (- writes to standard output). The bundle itself is
    sealed to you: whoever carries it sees neither what is in it nor how much.

    Example: jiangfu reports export bundle.jf --as 13907310004
    """
    from core.confidentiality.report_keys import ReportKeys
    from core.db import transaction
    from core.domain.staff import Role
    from core.errors import NotAllowed
    from core.services.reports.bundles import export as export_bundle
    from core.services.reports.charge import keys_in_charge
    from core.services.reports.keys import keys_of, keys_of_staff

    actor = acting(office, named)
    if actor.role is not (Role.ADMIN if city else Role.INSPECTOR):
        raise NotAllowed("Only inspectors take their reports away; an administrator sends on those of the city.")
    with transaction(office.sessions) as session:
        if city:
            own = counting = colleagues = keys_in_charge(session, office.settings, None)
        else:
            own, counting = (keys_of_staff(session, actor.staff_id, only_counting) for only_counting in (False, True))
            colleagues = keys_of(session, actor.area_id)
        out.write(export_bundle(session, ReportKeys(office.settings.report_keys_dir), own, counting, colleagues))


@reports.command("import-answers")
@click.argument("answers", type=click.File("r", encoding="ascii"))
@as_option
@click.pass_obj
def import_answers(office: Office, answers: TextIO, named: str) -> None:
    """Take in a file of answers. They stay sealed; taking one in twice changes nothing.

    Example: jiangfu reports import-answers answers.jf --as 13907310004
    """
    from core.confidentiality.report_keys import ReportKeys
    from core.db import transaction
    from core.services.reports.bundles import import_answers as take_in
    from core.services.reports.charge import signers

    acting(office, named)
    settings, today = office.settings, office.clock.today()
    with transaction(office.sessions) as session:
        imported = take_in(
            session,
            office.vault,
            ReportKeys(settings.report_keys_dir),
            signers(session, settings),
            answers,
            today,
            settings.report_retention_days,
        )
    click.echo(f"{imported.new} taken in, {imported.known} known before, {len(imported.refused)} refused")
    for reason in imported.refused:
        click.echo(reason, err=True)
    if imported.refused:
        sys.exit(1)


@reports.command()
@click.argument("handle", metavar="REPORT")
@as_option
@click.pass_obj
def destroy(office: Office, handle: str, named: str) -> None:
    """Destroy one of your reports at once, with its key, so that no backup brings it back.

    Example: jiangfu reports destroy 3f9a01c2 --as 13907310004
    """
    from core.confidentiality.report_keys import ReportKeys
    from core.db import transaction
    from core.services.reports.bundles import destroy_now
    from core.services.reports.keys import keys_of_staff
    from core.services.reports.moving import keep_keys_of_reports

    actor, report_keys = acting(office, named), ReportKeys(office.settings.report_keys_dir)
    with report_keys.changing():
        with transaction(office.sessions) as session:
            destroy_now(session, report_keys, _id(handle), keys_of_staff(session, actor.staff_id))
        with transaction(office.sessions) as session:
            keep_keys_of_reports(session, report_keys, office.clock.today())
    click.echo("The report is destroyed.")


@reports.command()
@click.argument("word")
@as_option
@click.pass_obj
def reward(office: Office, word: str, named: str) -> None:
    """At the counter: hand over the reward that belongs to a word. No name is asked for.

    Example: jiangfu reports reward 山石灯桥竹马 --as 13907310002
    """
    from core.db import transaction
    from core.services.reports import rewards

    actor, digest = acting(office, named), rewards.digest_of(word)
    with transaction(office.sessions) as session:
        amount = rewards.fetch(session, office.vault, digest, actor, office.clock.today())
    click.echo(f"Hand over {amount} yuan. The word is used up.")


def _id(handle: str) -> bytes:
    from core.errors import NotFound

    try:
        return bytes.fromhex(handle)
    except ValueError:
        raise NotFound("A report is called by hexadecimal digits; `jiangfu reports list` shows them.") from None

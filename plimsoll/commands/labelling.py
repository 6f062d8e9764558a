"""The part of `plimsoll review` that reviewers use: the next item, a label, passing on, danger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from plimsoll.commands.acting import Acting, AsOption, DeploymentOption, act, as_document
from plimsoll.commands.notifying import make_way_to_on_call
from plimsoll.commands.option import HomeOption, JsonOption, open_home, tell, write_json
from risk_register.account.accounts import Action
from risk_register.errors import NotAllowedError
from risk_register.incident.danger import raise_danger
from risk_register.review import reviews

ItemArgument = Annotated[str, typer.Argument(help="Id of the item, as `review next` printed it.")]
SAFETY_NOTE = (
    "A person may be in danger now? plimsoll review danger ITEM --as ... queues a call for the on-call."
)


def reviewer(
    *,
    account: AsOption,
    languages: Annotated[str, typer.Option(help="Languages you read, such as en,de.")],
    not_taken: Annotated[str, typer.Option(help="Topics you do not take; nobody asks why.")] = "",
    zone: Annotated[str, typer.Option(help="Your time zone; the daily limit is of your own day.")] = "UTC",
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Say what you read, and what you do not take."""
    acting = act(home, account, deployment, Action.REVIEW)
    reviews.set_reviewer(
        acting.store,
        languages=_split(languages),
        topics_not_taken=_split(not_taken),
        zone=zone,
        actor=account,
        at=acting.at,
    )
    print(f"{account}: {languages}")


def next_item(
    *,
    account: AsOption,
    show_text: Annotated[
        bool, typer.Option("--show-text", help="Show the conversation too; audited, needs --reason.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why you read it.")] = "",
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """The item to look at now, by its ids; the text only with --show-text."""
    acting = act(home, account, deployment, Action.REVIEW)
    if show_text:
        act(home, account, acting.deployment_id, Action.READ_CONVERSATION)
        if not reason.strip():
            raise NotAllowedError("--show-text needs --reason: every reading of a conversation is audited.")
    task = reviews.next_item(acting.store, deployment_id=acting.deployment_id, reviewer=account, at=acting.at)
    if task is None:
        if as_json:
            write_json(None)
        else:
            print("Nothing waits for you: all is labelled, in other hands, or the day's limit is reached.")
        return
    from plimsoll.commands.reading import read_text  # Arrow takes long to load

    lines = read_text(acting, task.conversation_id, subject=task.item_id, reason=reason) if show_text else []
    if as_json:
        write_json({**as_document(task), **({"messages": lines} if show_text else {})})
        return
    print(f"{task.item_id} ({task.purpose}), conversation {task.conversation_id}, {task.language}")
    for answers in task.answers_so_far:
        print(f"  one answer: {say_answers(answers)}")
    for line in lines:
        print(f"[{line['turn']}] {line['role']}: {line['text']}")
    print(f"Yours until {task.locked_until:%H:%M} UTC.\n{SAFETY_NOTE}")


def pass_on(
    item: ItemArgument, account: AsOption, deployment: DeploymentOption = None, home: HomeOption = None
) -> None:
    """Give an item back, without a reason; somebody else gets it."""
    acting = act(home, account, deployment, Action.REVIEW)
    _find_conversation(acting, item)
    reviews.pass_on(acting.store, item_id=item, reviewer=account, at=acting.at)
    print(f"{item}: passed on.")


def know(
    item: ItemArgument, account: AsOption, deployment: DeploymentOption = None, home: HomeOption = None
) -> None:
    """Say "I know this person": somebody else gets it, and everything of that person."""
    acting = act(home, account, deployment, Action.REVIEW)
    _find_conversation(acting, item)
    reviews.recuse(acting.store, item_id=item, reviewer=account, at=acting.at)
    print(f"{item}: somebody else gets it, and nothing of that person comes to you.")


def flag(
    item: ItemArgument, account: AsOption, deployment: DeploymentOption = None, home: HomeOption = None
) -> None:
    """Ask for a second pair of eyes on the item that is open for you; it stays flagged."""
    acting = act(home, account, deployment, Action.REVIEW)
    _find_conversation(acting, item)
    reviews.flag_item(acting.store, item_id=item, reviewer=account, at=acting.at)
    print(f"{item}: flagged.")


def settings(
    *,
    account: AsOption,
    capacity: Annotated[
        int | None, typer.Option(min=0, help="Labels that people can give in a week; 0: draw nothing.")
    ] = None,
    contact: Annotated[str | None, typer.Option(help="Who helps reviewers, and how to reach them.")] = None,
    protocol: Annotated[
        str | None, typer.Option(help="What is done when a person may be in danger now.")
    ] = None,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show or set how this deployment reviews; what is not named stays as it is."""
    asked = (capacity, contact, protocol)
    action = Action.VIEW if asked == (None, None, None) else Action.EDIT_REGISTER
    acting = act(home, account, deployment, action)
    now = reviews.read_settings(acting.store, acting.deployment_id)
    if action is Action.EDIT_REGISTER:
        reviews.set_settings(
            acting.store,
            deployment_id=acting.deployment_id,
            capacity_per_week=now.capacity_per_week if capacity is None else capacity or None,
            support_contact=now.support_contact if contact is None else contact,
            crisis_protocol=now.crisis_protocol if protocol is None else protocol,
            actor=account,
            at=acting.at,
        )
        now = reviews.read_settings(acting.store, acting.deployment_id)
    if as_json:
        write_json(as_document(now))
        return
    print(f"labels a week: {now.capacity_per_week or 'not set, so no sample is drawn by itself'}")
    print(f"support for reviewers: {now.support_contact or 'not set'}")
    print(f"crisis protocol: {now.crisis_protocol or 'not set'}")


def label(
    *,
    item: ItemArgument,
    answers: Annotated[
        list[str] | None, typer.Argument(help="What you saw: SIGNAL=LEVEL, several or none.")
    ] = None,
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Label the item that is open for you; no answers: nothing was seen. Then see what the detectors said."""
    acting = act(home, account, deployment, Action.REVIEW)
    _find_conversation(acting, item)
    done = reviews.submit_label(
        acting.store, item_id=item, answers=_read_answers(answers or []), reviewer=account, at=acting.at
    )
    if as_json:
        write_json(as_document(done))
    else:
        print(f"{item}: {done.state}. The detectors said: {say_answers(done.verdict)}")


def danger(
    item: ItemArgument, account: AsOption, deployment: DeploymentOption = None, home: HomeOption = None
) -> None:
    """A person may be in danger now: open an incident and ask for the on-call."""
    acting = act(home, account, deployment, Action.OPEN_INCIDENT)
    page = raise_danger(
        acting.store,
        deployment_id=acting.deployment_id,
        conversation_id=_find_conversation(acting, item),
        actor=account,
        at=acting.at,
    )
    print(f"{page.incident_id} is open; page {page.page_id} waits for the on-call. Follow the protocol.")
    if not make_way_to_on_call(open_home(home))():
        tell("No way to the on-call is set, so nothing leaves: call them yourself.")
    print(f"Who it is: plimsoll locate {page.conversation_id} --reason ... --as SAFETY_OFFICER")


def _find_conversation(acting: Acting, item: str) -> str:
    return reviews.find_item_conversation(acting.store, deployment_id=acting.deployment_id, item_id=item)


def _read_answers(words: list[str]) -> dict[str, int]:
    answers: dict[str, int] = {}
    for word in words:
        name, _, level = word.partition("=")
        if not level.isdecimal() or name in answers:
            raise typer.BadParameter(f"{word}: give SIGNAL=LEVEL, each once, such as u_acute_distress=1")
        answers[name] = int(level)
    return answers


def say_answers(answers: Mapping[str, int]) -> str:
    """Answers, or a verdict, in one line."""
    return ", ".join(f"{name}={level}" for name, level in sorted(answers.items())) or "nothing seen"


def _split(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(",") if word.strip())

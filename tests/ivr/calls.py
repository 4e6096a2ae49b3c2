"""A call that is driven through the dialogue event by event."""

from ivr.actions import Action, Ask, Say
from ivr.dialogue import Script, step
from ivr.events import Answered, AnsweredBy, Event, Keys
from ivr.phrases import Language
from ivr.state import DialogueState

KOREAN = Script(Language.KOREAN, "본인증권", "공동인증서 발급")
ENGLISH = Script(Language.ENGLISH, "Bonin Securities", "certificate issuance")
PICKED_UP = Answered(AnsweredBy.HUMAN)
RIGHT_FIRST_KEY = Keys("3")


class Call:
    """A call in progress; the first key asked for is always 3."""

    def __init__(self, script: Script = KOREAN) -> None:
        self.script = script
        self.state = DialogueState()
        self.actions: tuple[Action, ...] = ()

    def goes(self, *events: Event) -> "Call":
        for event in events:
            taken = step(self.state, event, self.script, "3")
            self.state, self.actions = taken.state, taken.actions
        return self

    @property
    def ask(self) -> Ask:
        (action,) = self.actions
        assert isinstance(action, Ask)
        return action

    @property
    def said(self) -> str:
        says = [action for action in self.actions if isinstance(action, Say)]
        return " ".join(sentence for say in says for sentence in say.sentences)


def asking_for_code() -> Call:
    return Call().goes(PICKED_UP, RIGHT_FIRST_KEY)

"""Places calls and finds the ones that are going on."""

from carrier_sim.call import CallPlan, CallSession
from carrier_sim.call_callbacks import CallCallbacks
from carrier_sim.events import Events
from carrier_sim.pace import Background, Pace
from carrier_sim.phones import Phones
from carrier_sim.records import Call, Records, new_sid
from carrier_sim.settings import Account, CarrierSettings
from carrier_sim.talk import Talk
from carrier_sim.views import call_view
from carrier_sim.webhooks import Webhooks

MIN_SPEECH_SECONDS = 0.05


class Switchboard:
    """The calls of one account."""

    def __init__(
        self,
        account: Account,
        settings: CarrierSettings,
        phones: Phones,
        webhooks: Webhooks,
        events: Events,
        background: Background,
        pace: Pace,
    ) -> None:
        self._account = account
        self._settings = settings
        self._phones = phones
        self._webhooks = webhooks
        self._events = events
        self._background = background
        self._pace = pace
        self._sessions: dict[str, CallSession] = {}
        self.calls: Records[Call] = Records()

    def place(
        self,
        *,
        to: str,
        from_: str,
        plan: CallPlan,
        callback_url: str,
        callback_method: str,
        callback_events: frozenset[str],
    ) -> Call:
        """Start dialling."""
        call = Call(sid=new_sid("CA"), account=self._account.name, from_=from_, to=to)
        callbacks = CallCallbacks(
            self._account.account_sid,
            self._webhooks,
            url=callback_url,
            method=callback_method,
            events=callback_events,
        )
        talk = Talk(
            call,
            plan.document,
            callbacks=callbacks,
            webhooks=self._webhooks,
            background=self._background,
            pace=self._pace,
            speech_seconds=self._speech_seconds,
            changed=self._changed,
        )
        session = CallSession(
            call,
            plan,
            talk=talk,
            phones=self._phones,
            callbacks=callbacks,
            background=self._background,
            pace=self._pace,
            changed=self._changed,
        )
        self.calls.add(call)
        self._sessions[call.sid] = session
        task = self._background.spawn(session.run())
        task.add_done_callback(lambda _: self._sessions.pop(call.sid, None))
        return call

    def session(self, sid: str) -> CallSession | None:
        """The call, if it is still going on."""
        return self._sessions.get(sid)

    def _changed(self, call: Call) -> None:
        if self._events.watched:
            self._events.publish("call", call_view(call))

    def _speech_seconds(self, text: str, human_pace: bool) -> float:
        settings = self._settings
        milliseconds = settings.page_speech_ms_per_character if human_pace else settings.speech_ms_per_character
        # Latin letters are spoken about twice as fast as syllables written in one character.
        weight = sum(0.6 if character.isascii() else 1.0 for character in text) if human_pace else len(text)
        return max(MIN_SPEECH_SECONDS, weight * milliseconds / 1000)

"""The people of the demo: each stands for one way the rules treat a customer. All names and numbers are invented."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from carrier_sim.settings import Person, RegistryState


@dataclass(frozen=True, slots=True)
class Number:
    """A contact to register. `owner` is the name that the line is registered in; None: the customer's."""

    e164: str
    label: str
    owner: str | None = None
    check_ownership: bool = False
    vouched_by: str | None = None
    """The label of the contact that vouches for this one."""
    registry: RegistryState = RegistryState.NORMAL
    later: Mapping[str, object] = field(default_factory=dict)
    """What happens to the phone once the contact is verifiable, as `PUT /control/phones/{number}` takes it."""


@dataclass(frozen=True, slots=True)
class DemoCustomer:
    """A customer to register, and what they show, in Korean and English."""

    customer_id: str
    name: str
    name_en: str
    shows_ko: str
    shows_en: str
    kind: str = "individual"
    online_consent: bool = True
    birth_date: str | None = None
    abroad: bool = False
    """Has left the country, as the departure records know, and registered for the overseas exemption (R9)."""
    numbers: tuple[Number, ...] = ()


def korean_today() -> str:
    """The day in Korea, as `YYYY-MM-DD`."""
    return datetime.now(timezone(timedelta(hours=9))).date().isoformat()


CUSTOMERS = (
    DemoCustomer(
        "hong-gildong", "홍길동", "Hong Gildong", "본인명의 휴대폰", "a mobile in his own name",
        birth_date="1985-03-02",
        numbers=(Number("+821012345678", "mobile", check_ownership=True),),
    ),
    DemoCustomer(
        "sung-chunhyang", "성춘향", "Sung Chunhyang", "타인명의 휴대폰 (명의인증 불가)",
        "a mobile in somebody else's name", birth_date="1992-05-05",
        numbers=(
            Number("+821023456789", "mobile", owner="이몽룡"),
            Number("+821098765432", "other", check_ownership=True),
        ),
    ),
    DemoCustomer(
        "heo-jun", "허준", "Heo Jun", "집 전화 (ARS만 가능)", "a landline at home: calls only",
        birth_date="1971-11-20",
        numbers=(
            Number("+821034567890", "mobile", check_ownership=True),
            Number("+82276543210", "home", vouched_by="mobile"),
        ),
    ),
    DemoCustomer(
        "hanbit-trading", "한빛무역", "Hanbit Trading", "법인 (추가인증 대상 아님)",
        "a company: no extra authentication", kind="corporate",
        numbers=(Number("+82223456789", "work"),),
    ),
    DemoCustomer(
        "jang-bogo", "장보고", "Jang Bogo", "해외 체류 중", "abroad for a while", birth_date="1979-08-15",
        abroad=True,
        numbers=(Number("+821045678901", "mobile", check_ownership=True),),
    ),
    DemoCustomer(
        "shim-cheong", "심청", "Shim Cheong", "온라인 사전동의 없음", "no online consent", birth_date="2001-01-31",
        online_consent=False,
        numbers=(Number("+821056789012", "mobile", check_ownership=True),),
    ),
    DemoCustomer(
        "im-kkeokjeong", "임꺽정", "Im Kkeokjeong", "통신사 조회 장애", "the carrier cannot answer",
        birth_date="1988-12-12",
        numbers=(Number("+821067890123", "mobile", registry=RegistryState.OUTAGE),),
    ),
    DemoCustomer(
        "yu-gwansun", "유관순", "Yu Gwansun", "유심 변경 24시간 전 (문자 보류)", "a SIM changed 24 hours ago: no texts",
        birth_date="1994-12-16",
        numbers=(Number("+821078901234", "mobile", check_ownership=True, later={"sim_swapped_hours_ago": 24}),),
    ),
    DemoCustomer(
        "an-changho", "안창호", "An Changho", "착신전환 중 (ARS 보류)", "calls are forwarded: no ARS",
        birth_date="1978-11-09",
        numbers=(Number("+821089012345", "mobile", check_ownership=True, later={"forwarded": True}),),
    ),
    DemoCustomer(
        "kim-yujeong", "김유정", "Kim Yujeong", "번호 재사용 (다시 인증필요)", "a number that somebody else has now",
        birth_date="1997-01-11",
        numbers=(
            Number("+821090123456", "mobile", check_ownership=True,
                   later={"recycled_on": korean_today(), "owner_name": "박새봄"}),
            Number("+821091234567", "other", check_ownership=True),
        ),
    ),
)  # fmt: skip


def phones() -> tuple[Person, ...]:
    """The phones as the local carrier knows them."""
    return tuple(
        Person(
            number=number.e164,
            name=customer.name,
            name_en=customer.name_en,
            owner_name=number.owner,
            birth_date=customer.birth_date,
            departed=customer.abroad,
            registry=number.registry,
        )
        for customer in CUSTOMERS
        for number in customer.numbers
    )

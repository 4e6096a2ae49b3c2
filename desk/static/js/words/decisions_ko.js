// Decisions in Korean: their outcome, the rules by name, and what the customer can do next.

export const decision = {
  required: "추가인증 필요",
  exempt: "추가인증 생략",
  refused: "진행할 수 없음",
  reasons: "판정 근거 {count}가지",
  policy: "정책",
  met: "충족",
  unmet: "미충족",
  rules: {
    refused_hours: "이용 시간",
    per_day: "하루 횟수",
    sim_swap: "유심 변경",
    call_forwarding: "착신전환",
    number_recycling: "번호 재사용",
  },
};

export const decided = {
  corporate: { title: "추가인증 대상이 아닙니다", text: "법인 고객은 전자금융사기 예방서비스의 추가인증을 적용하지 않습니다. 추가인증 없이 계속 진행합니다." },
  overseas: { title: "해외체류 예외로 추가인증을 생략합니다", text: "예외신청, 법무부 출국 사실, 해외 IP 접속이 모두 확인되었습니다. 추가인증 없이 계속 진행합니다." },
  auto_connect: { title: "자동연결된 기기입니다", text: "문자 답장 인증을 생략합니다. 간편비밀번호 6자리만 입력하면 됩니다." },
  operation: { title: "추가인증이 필요 없는 업무입니다" },
  consent: {
    title: "온라인으로 발급하거나 등록할 수 없습니다",
    text: "온라인 신원확인 사전동의를 하지 않은 고객은 인증서를 온라인으로 발급받거나 등록할 수 없습니다.",
    ways: ["동의로 바꾸는 방법", "당사 영업점을 방문하여 동의로 변경", "인증서가 있으면 로그인 후 [인증서 온라인 신원확인 동의] 화면에서 동의로 변경"],
    why: "금융정보를 빼낸 사람이 명의를 도용해 온라인으로 발급받는 사고를 막기 위해, 온라인 발급을 허용할지 고객이 미리 선택합니다.",
  },
  locked: {
    title: "추가인증이 잠겼습니다",
    text: "인증번호를 여러 번 잘못 입력하여 추가인증이 잠겼습니다.",
    ways: ["잠금을 푸는 방법", "고객센터({centre})에 전화하여 본인확인", "센터장 승인 후 잠금 해제", "잠금이 풀리면 이 화면에서 다시 진행"],
  },
  cloud: { title: "클라우드 인증서는 개인 고객만 쓸 수 있습니다", text: "법인 고객은 클라우드에 발급하거나 로그인할 수 없습니다.", ways: ["이용할 수 있는 업무", "[처음으로]를 눌러 신규 발급이나 재발급을 선택", "문의: 고객센터({centre})"] },
  hours: { title: "지금은 이용할 수 없는 시간입니다", ways: ["다음 방법", "이용 시간에 다시 진행", "급한 경우 고객센터({centre})에 문의"] },
  amount: { title: "오늘 할 수 있는 인증 횟수를 모두 썼습니다", ways: ["다음 방법", "24시간이 지난 뒤 다시 진행", "직접 요청하지 않았다면 고객센터({centre})에 바로 알리기"] },
  refused: { title: "지금은 진행할 수 없습니다", ways: ["다음 방법", "고객센터({centre})에 문의"] },
  goOn: { issue: "발급 진행", reissue: "발급 진행", register_other: "등록 진행", cloud_register: "등록 진행", cloud_login: "간편비밀번호 입력", other: "업무 진행" },
  done: {
    issue: ["발급을 진행했습니다", "추가인증 없이 인증서를 발급했습니다."],
    reissue: ["재발급을 진행했습니다", "추가인증 없이 인증서를 재발급했습니다."],
    register_other: ["등록을 진행했습니다", "추가인증 없이 타기관 인증서를 등록했습니다."],
    cloud_login: ["로그인했습니다", "문자 답장 없이 간편비밀번호로 로그인했습니다."],
    other: ["업무를 진행했습니다", "추가인증 없이 처리했습니다."],
  },
};

export const notice = {
  issuance_started: "등록된 휴대폰({number})으로 안내 문자를 보냈습니다. 요청한 적이 없는 업무라면 고객센터({centre})에 알려 주세요.",
  reissue_warning: "등록된 휴대폰({number})으로 재발급 안내 문자를 보냈습니다. 요청한 적이 없는 재발급이라면 고객센터({centre})에 알려 주세요.",
  issuance_completed: "완료되었습니다. 등록된 휴대폰({number})으로 안내 문자를 보냈습니다.",
  "no-registered-mobile": "등록된 휴대폰이 없어 안내 문자를 보내지 못했습니다. 휴대폰은 고객센터({centre})에서 등록할 수 있습니다.",
  "too-many-requests": "같은 번호로 보낸 문자가 많아 이번 안내 문자는 보내지 않았습니다. 요청한 적이 없다면 고객센터({centre})에 알려 주세요.",
  failed: "지금은 안내 문자를 보내지 못했습니다. 업무는 계속 진행할 수 있습니다. 문의: 고객센터({centre})",
};

export const overseas = {
  title: "해외에 계신가요?",
  text: "해외체류 예외는 고객센터({centre})에 전화하거나 로그인 후 [해외체류고객 예외신청]에서 신청합니다. 신청하셨더라도 법무부 출국 사실과 해외 IP가 함께 확인되어야 추가인증이 생략됩니다.",
};

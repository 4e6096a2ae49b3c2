// What the gateway refuses, in the customer's words rather than the caller's. By slug; the rest is told as it came.

export const problems = {
  "operation-refused": ["지금 할 수 없는 업무입니다", "처음부터 다시 진행하거나 고객센터({centre})에 문의해 주세요."],
  "extra-authentication-not-required": ["추가인증이 필요하지 않습니다", "추가인증 없이 계속 진행할 수 있습니다."],
  "online-consent-missing": ["온라인 신원확인 사전동의가 없습니다", "영업점에서, 또는 인증서로 로그인하여 동의로 바꾼 뒤 진행해 주세요."],
  "customer-locked": ["추가인증이 잠겼습니다", "고객센터({centre})에서 본인확인 후 승인을 받아 풀 수 있습니다."],
  "method-held": ["통신사의 위험 신호로 이 방법은 쓸 수 없습니다", "아래에서 다른 방법이나 다른 연락처를 선택해 주세요. 직접 바꾸지 않았다면 고객센터({centre})에 알려 주세요."],
  "method-not-available": ["지금 쓸 수 없는 인증 방법입니다", "다른 방법이나 다른 연락처를 선택해 주세요."],
  "texting-held": ["이 번호대로는 지금 문자를 보내지 않습니다", "전화나 영업점 비밀번호 등 다른 방법을 선택하거나, {time} 뒤에 다시 요청해 주세요."],
  "too-many-requests": ["요청이 너무 많습니다", "{time} 뒤에 다시 요청해 주세요."],
  "contact-not-found": ["연락처가 변경되었습니다", "처음부터 다시 진행해 주세요. 변경한 적이 없다면 고객센터({centre})에 알려 주세요."],
  "vouch-refused": ["이 인증으로는 연락처를 바꿀 수 없습니다", "명의인증을 마친 다른 연락처로 추가인증을 새로 해 주세요."],
  "auto-connect-refused": ["자동연결을 등록하지 못했습니다", "다음 로그인 때 문자 답장 인증을 한 번 더 해 주세요."],
  "verification-closed": ["이미 끝난 인증입니다", "인증을 새로 요청해 주세요."],
  "receipt-expired": ["인증 결과의 유효 시간이 지났습니다", "인증을 새로 요청해 주세요."],
  "receipt-already-redeemed": ["이미 사용된 인증 결과입니다", "인증 결과는 한 번만 쓸 수 있습니다. 다시 발급하려면 인증을 새로 요청해 주세요."],
  "receipt-denied": ["본인 아님으로 거부된 인증입니다", "이 인증으로는 진행할 수 없습니다. 직접 거부하지 않으셨다면 고객센터({centre})에 알려 주세요."],
  "notice-denied": ["안내 문자에 본인 아님으로 답장한 건입니다", "안전을 위해 중단했습니다. 직접 답장하지 않으셨다면 고객센터({centre})에 알려 주세요."],
  "receipt-outdated": ["인증한 뒤 고객 정보나 연락처가 바뀌었습니다", "안전을 위해 중단했습니다. 인증을 새로 요청해 주세요."],
};

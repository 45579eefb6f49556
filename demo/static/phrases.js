// The page's own words in both languages; what the line says comes from the line.

const PHRASES = {
  zh: {
    title: "奖扶热线 · 试一试",
    lead: "选一位居民，用他的手机发短信，或者在 Telegram 里聊。人都是虚构的，消息不出这台电脑。",
    who: "您是谁？",
    sms_title: "老人机短信",
    sms_label: "短信",
    sms_tag: "短信",
    sms_empty: "还没有短信。按 2，再按发送。",
    sms_field: "要发的短信",
    sms_placeholder: "按键，或在这里打字",
    sms_absent: "这位居民没有手机。",
    clear: "清除",
    send: "发送",
    keypad: "键盘",
    key_star: "星号",
    key_hash: "井号",
    chips: "可以试试",
    chat_title: "Telegram",
    chat_absent: "这位居民没有 Telegram。",
    bot_name: "奖扶热线",
    online: "在线",
    away: "暂时不在，消息会留着等它回来",
    chat_empty: "在这里可以查资格、查进度、看公示、提异议、问政策。",
    jump: "去",
    start: "开始 START",
    menu: "菜单",
    no_commands: "菜单还没有准备好",
    chat_field: "要发的消息",
    chat_placeholder: "写消息…",
    edited: "已编辑",
    shared_number: "我的手机号",
    parts: (n) => `${n} 条`,
    from_line: "热线",
    from_me: "我",
    sending: "发送中",
    failed: "发不出去，稍后再试",
    line_down: "发不出去，稍后再试。",
    no_such_button: "这个按钮已经过期了。",
    providers_down: "演示的短信和聊天服务没有开。开好后这一页会自己接上。",
    footer: "演示：短信和 Telegram 都由本机模拟，没有一条消息真的发出去。真热线不会索要密码、验证码或转账。",
  },
  en: {
    title: "Village line · try it",
    lead: "Choose a resident, then text from the phone or chat on Telegram. Everyone is invented; nothing leaves this computer.",
    who: "Who are you?",
    sms_title: "Keypad phone, SMS",
    sms_label: "Messages",
    sms_tag: "SMS",
    sms_empty: "No texts yet. Press 2, then Send.",
    sms_field: "Text to send",
    sms_placeholder: "Press keys, or type here",
    sms_absent: "This resident has no phone.",
    clear: "Clear",
    send: "Send",
    keypad: "Keypad",
    key_star: "star",
    key_hash: "hash",
    chips: "Things to try",
    chat_title: "Telegram",
    chat_absent: "This resident has no Telegram.",
    bot_name: "Village line",
    online: "online",
    away: "away; messages wait until it is back",
    chat_empty: "Here you can check eligibility, look up a status, see the posted list, object, and ask about the rules.",
    jump: "Go to",
    start: "START",
    menu: "Menu",
    no_commands: "The menu isn't ready yet",
    chat_field: "Message to send",
    chat_placeholder: "Write a message…",
    edited: "edited",
    shared_number: "My number",
    parts: (n) => (n === 1 ? "1 part" : `${n} parts`),
    from_line: "The line",
    from_me: "Me",
    sending: "sending",
    failed: "Not sent. Try again later",
    line_down: "Not sent. Try again later.",
    no_such_button: "This button is out of date.",
    providers_down: "The demo's SMS and chat services are not running. This page reconnects by itself.",
    footer: "Demo: SMS and Telegram are imitated on this machine; no message really goes out. The true line never asks for passwords, codes or money.",
  },
};

const TRIES = {
  zh: ["菜单", "1 资格", "2 进度", "3 公示", "5 政策", "满60岁能领多少钱？"],
  en: ["menu", "1 check", "2 status", "3 list", "5 ask", "How much is paid at 60?"],
};

const ON_THE_KEYPAD = /^(\d) .+$/; // "2 进度" is sent as the digit alone: that is all that a person must remember

let language = "zh";

export const currentLanguage = () => language;
export const say = (key, ...values) => {
  const phrase = PHRASES[language][key];
  return typeof phrase === "function" ? phrase(...values) : phrase;
};
export const tries = () => TRIES[language].map((label) => ({ label, text: label.match(ON_THE_KEYPAD)?.[1] ?? label }));

// Puts the words of `wanted` (zh or en) everywhere on the page.
export function speak(wanted) {
  language = wanted === "en" ? "en" : "zh";
  document.documentElement.lang = language === "en" ? "en" : "zh-CN";
  document.title = say("title");
  for (const element of document.querySelectorAll("[data-say]")) element.textContent = say(element.dataset.say);
  for (const element of document.querySelectorAll("[data-say-placeholder]")) element.placeholder = say(element.dataset.sayPlaceholder);
  for (const element of document.querySelectorAll("[data-say-label]")) element.setAttribute("aria-label", say(element.dataset.sayLabel));
}

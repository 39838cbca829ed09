export function OmniChatPage() {
  return null;
}

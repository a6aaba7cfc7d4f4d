"""Who speaks in a turn: the names that datasets and services have for the four roles."""

from typing import Any

from core.rows.row import ASSISTANT, SYSTEM, TOOL, USER

CALLERS = ("function_call", "tool_call", "tool_calls")
_NAMES = {
    USER: (
        "user", "human", "prompter", "customer", "client", "student", "patient", "asker", "questioner", "seeker",
        "用户", "用戶", "人类", "提问者", "ユーザー", "사용자", "usuario", "usuário", "utilisateur", "benutzer",
        "nutzer", "пользователь", "человек",
    ),
    ASSISTANT: (
        "assistant", "ai", "ai_assistant", "model", "bot", "chatbot", "llm", "bard", "bing", "agent", "teacher",
        "tutor", "doctor", "expert", "falcon", "助手", "助理", "机器人", "機器人", "アシスタント", "어시스턴트",
        "asistente", "assistente", "assistent", "ассистент", "бот", *CALLERS,
    ),
    SYSTEM: ("system", "developer", "系统", "系統", "システム", "시스템", "sistema", "système", "система"),
    TOOL: (
        "tool", "function", "observation", "ipython", "tool_response", "function_response", "tool_result",
        "function_result", "function_call_output",
    ),
}  # fmt: skip
_ROLES = {name: role for role, names in _NAMES.items() for name in names}
_MODELS = ("gpt", "chatgpt", "claude", "gemini")  # also with a version: gpt-4o


def speaker_name(speaker: Any) -> str:
    """A speaker in one spelling: `AI Assistant` and `ai-assistant` are `ai_assistant`."""
    return str(speaker).strip().rstrip(":：").lower().replace(" ", "_").replace("-", "_")


def role_of(speaker: Any) -> str | None:
    """The role of a speaker: user, assistant, system or tool; None where the name is not known."""
    name = speaker_name(speaker)
    return _ROLES.get(name) or (ASSISTANT if name.startswith(_MODELS) else None)

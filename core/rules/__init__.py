"""The linear rule that ranks rows, and the rules that ship with the studio as TOML."""

"""How the shells ask for what may stand at the cursor, and are answered: `nnexp --install-completion` sets it up.

typer's own scripts do not know that `=` and `:` part words in bash, and put a blank behind `hidden=`; ours take their
place. Each shell gets a line for each value, with its meaning behind a tab, and quotes what it must; bash does not, so
its values are quoted here. Whatever fails is silent: there is nothing to complete then.
"""

from __future__ import annotations

import os

from typer import _completion_shared
from typer._completion_classes import (  # type: ignore[attr-defined]
    FishComplete,
    add_completion_class,
    click_split_arg_string,
)

from nnexp.cli.complete.word import word_at_the_end
from nnexp.errors import ConfigError
from nnexp.escape import visible

FLAG = "--shell-completion"
NAME = "nnexp"
PROTOCOL = "nnexp"  # as the scripts ask for it: _NNEXP_COMPLETE=complete_nnexp
LINE = "NNEXP_COMPLETE_LINE"  # what is typed, up to the cursor
BREAKS = "NNEXP_COMPLETE_BREAKS"  # what parts words in bash, which puts an answer there as it is
CURSOR = "\0"
ASKED = f"env %(autocomplete_var)s=complete_{PROTOCOL} {LINE}"

BASH = rf"""
%(complete_func)s() {{
    local value meaning
    COMPREPLY=()
    while IFS=$'\t' read -r value meaning; do
        [[ -n $value ]] || continue
        [[ ${{COMP_LINE:COMP_POINT}} == =* ]] && value=${{value%%=}}
        COMPREPLY+=("$value")
    done < <({BREAKS}="$COMP_WORDBREAKS" {ASKED}="${{COMP_LINE:0:COMP_POINT}}" "$1" 2>/dev/null)
    [[ ${{COMPREPLY[0]}} == *[=/:.] ]] && compopt -o nospace
    return 0
}}

[ -z "$BASH_VERSION" ] || complete -o default -o nosort -F %(complete_func)s %(prog_name)s
[ -z "$ZSH_VERSION" ] || eval "$(%(prog_name)s -sc install=zsh)"  # Hydra has its users there type what is for bash
"""

ZSH = rf"""
#compdef %(prog_name)s

%(complete_func)s() {{
    local value meaning entry
    local -a whole begun
    while IFS=$'\t' read -r value meaning; do
        [[ -n $value ]] || continue
        entry=${{value//\\/\\\\}}
        entry=${{entry//:/\\:}}${{meaning:+:$meaning}}
        if [[ $value == *[=/:.] ]]; then begun+=("$entry"); else whole+=("$entry"); fi
    done < <({ASKED}="${{(j: :)words[1,CURRENT-1]}} $QIPREFIX$PREFIX" "$words[1]" 2>/dev/null)
    if (( $#whole + $#begun )); then
        _describe -V value whole -- begun -S ''
    else
        _files
    fi
}}

if [[ $funcstack[1] == _%(prog_name)s ]]; then  # a file of that name in a folder of $fpath
    %(complete_func)s "$@"
else
    (( $+functions[compdef] )) || {{ autoload -Uz compinit && compinit; }}
    compdef %(complete_func)s %(prog_name)s
fi
"""

FISH = rf"""
function %(complete_func)s
    set -l found ({ASKED}=(commandline -cp | string collect) (commandline -poc)[1] 2>/dev/null | string match -v '')
    if test (count $found) -gt 0
        printf '%%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end

complete --command %(prog_name)s --no-files --keep-order --arguments '(%(complete_func)s)'
"""

SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}
FORGOTTEN = {  # what makes a shell forget it until it is started again
    "bash": "complete -r %(prog_name)s",
    "zsh": "compdef -d %(prog_name)s",
    "fish": "complete --command %(prog_name)s --erase",
}


class Answers(FishComplete):
    """Answers all three shells."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Part what is typed into words; the last one is not complete."""
        *words, last = click_split_arg_string(os.environ.get(LINE, "") + CURSOR)
        return words[1:], last.removesuffix(CURSOR)

    def complete(self) -> str:
        """Give a line for each value that may stand there."""
        try:
            words, incomplete = self.get_completion_args()
            if "--" in words:  # behind which a command of somebody's stands
                return ""
            found = {str(item.value): item.help or "" for item in self.get_completions(words, incomplete)}
            if incomplete.startswith("-"):
                from nnexp.cli.complete.flags import flags

                found |= flags(words, incomplete)
        except Exception:
            return ""
        shown = {value: visible(meaning) for value, meaning in found.items() if value.isprintable()}
        if BREAKS in os.environ:
            word = word_at_the_end(os.environ.get(LINE, ""), os.environ[BREAKS])
            shown = {word.rest(value): meaning for value, meaning in shown.items()}
        return "\n".join(f"{value}\t{meaning}" for value, meaning in shown.items() if value)


def script(asked: str) -> str:
    """Give what a shell is to run, as Hydra's own flag is asked for it: install=bash, uninstall=fish.

    Raises
    ------
    ConfigError
        For anything else.
    """
    what, _, shell = asked.partition("=")
    found = {"install": SCRIPTS, "uninstall": FORGOTTEN}.get(what, {})
    if shell not in found:
        shells = ", ".join(SCRIPTS)
        raise ConfigError(
            f"{FLAG} must be install=SHELL or uninstall=SHELL, of {shells}, but got {asked!r}; "
            "nnexp --install-completion sets the shell up for good"
        )
    names = {"prog_name": NAME, "complete_func": f"_{NAME}_completion", "autocomplete_var": f"_{NAME.upper()}_COMPLETE"}
    return found[shell].strip() % names


def register() -> None:
    """Have typer answer, install and show ours."""
    add_completion_class(Answers, PROTOCOL)
    _completion_shared._completion_scripts.update(SCRIPTS)

# bash completion for orch; made by `orch completion bash`.

_orch_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur"); }
_orch_option() { compopt -o "$1" 2>/dev/null; }

# How the value of a flag completes; $1 is command:flag.
_orch_value() {
  case "$1" in
    *':-o' | *':--output') _orch_words 'table json yaml ndjson name' ;;
    *':--columns') : ;;
    *':--context') : ;;
    *':--config') _orch_option default ;;
    *':--state-dir') _orch_option dirnames ;;
    *':--timeout') : ;;
    *':--log-format') _orch_words 'text json' ;;
    *':--color') _orch_words 'auto always never' ;;
    'submit'':-f' | 'submit'':--file') _orch_option default ;;
    'submit'':--resume') _orch_words "$(orch list jobs -o name 2>/dev/null)" ;;
    'submit'':--on') : ;;
    'submit'':--set') : ;;
    'submit'':--policy') : ;;
    'logs'':--split') : ;;
    'list jobs'':--limit') : ;;
    'serve-entrypoint'':--command') : ;;
    'serve-entrypoint'':--grace') : ;;
    'serve-entrypoint'':--plugins-dir') _orch_option dirnames ;;
    'serve-entrypoint'':--idle') : ;;
    *) return 1 ;;
  esac
}

# The own flags of a command.
_orch_flags() {
  case "$1" in
    'submit') echo '--file --resume --on --set --policy --enqueue --detach --follow' ;;
    'status') echo '--wait --watch --exit-status' ;;
    'results') echo '--failed' ;;
    'logs') echo '--follow --split' ;;
    'list jobs') echo '--limit' ;;
    'serve-entrypoint') echo '--command --strict --no-check --grace --plugins-dir --line --idle' ;;
    'config view') echo '--sources' ;;
  esac
}

# How an argument completes; $1 is command:index.
_orch_argument() {
  case "$1" in
    'list:0') _orch_words 'jobs' ;;
    'config:0') _orch_words 'view schema' ;;
    'submit:0') _orch_option default ;;
    'cancel:0') _orch_words "$(orch list jobs -o name 2>/dev/null)" ;;
    'delete:0') _orch_words "$(orch list jobs -o name 2>/dev/null)" ;;
    'status:0') _orch_words "$(orch list jobs -o name 2>/dev/null)" ;;
    'results:0') _orch_words "$(orch list jobs -o name 2>/dev/null)" ;;
    'logs:0') _orch_words "$(orch list jobs -o name 2>/dev/null)" ;;
    'describe:0') _orch_words "$(orch list jobs -o name 2>/dev/null)" ;;
    'serve-entrypoint:0') _orch_words 'command task-manager queue operators' ;;
    'config schema:0') _orch_words 'Job Config' ;;
    'completion:0') _orch_words 'bash zsh fish' ;;
    'help:0') _orch_words 'submit cancel delete status results logs list describe serve-entrypoint config completion help flags output exit-codes names files environment jobs worker' ;;
    'help:1') : ;;
  esac
}

_orch() {
  local cur prev words cword split=false
  COMPREPLY=()
  if declare -F _init_completion >/dev/null; then
    _init_completion -s || return
  else
    cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
  fi

  local command='' count=0 word i
  for ((i = 1; i < cword; i++)); do
    word=${words[i]}
    case "$word" in
      --)
        _orch_option default
        return
        ;;
      --*=*) ;;
      -o | --output | --columns | --context | --config | --state-dir | --timeout | --log-format | --color | -f | --file | --resume | --on | --set | --policy | --task-managers | --split | --limit | --command | --grace | --plugins-dir | --idle) ((i++)) ;;
      -*) ;;
      *)
        if [[ -z $command ]]; then
          command=$word
        elif [[ $count -eq 0 && " list config " == *" $command "* ]]; then
          command="$command $word"
        else
          ((count++))
        fi
        ;;
    esac
  done

  if [[ $prev == -* ]] && _orch_value "$command:$prev"; then
    return
  fi
  $split && return
  if [[ $cur == -* ]]; then
    _orch_words "$(_orch_flags "$command") --output --columns --context --config --state-dir --timeout --dry-run --yes --no-input --quiet --verbose --debug --log-format --color --version --help"
  elif [[ -z $command ]]; then
    _orch_words 'submit cancel delete status results logs list describe serve-entrypoint config completion help'
  else
    _orch_argument "$command:$count"
  fi
  return 0
}

complete -F _orch orch

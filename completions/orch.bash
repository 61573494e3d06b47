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
    'submit'':--poll-interval') : ;;
    'submit'':--databricks-profile') : ;;
    'submit'':--record') _orch_option dirnames ;;
    'cancel'':--on') : ;;
    'cancel'':--databricks-profile') : ;;
    'cancel'':--record') _orch_option dirnames ;;
    'delete'':--registry') _orch_words 'fiftyone local' ;;
    'delete'':--api-uri') : ;;
    'delete'':--python') _orch_option default ;;
    'delete'':--databricks-profile') : ;;
    'delete'':--record') _orch_option dirnames ;;
    'status'':--registry') _orch_words 'fiftyone local' ;;
    'status'':--api-uri') : ;;
    'status'':--python') _orch_option default ;;
    'status'':--poll-interval') : ;;
    'status'':--on') : ;;
    'status'':--databricks-profile') : ;;
    'status'':--record') _orch_option dirnames ;;
    'logs'':--split') : ;;
    'logs'':--poll-interval') : ;;
    'logs'':--on') : ;;
    'logs'':--databricks-profile') : ;;
    'logs'':--record') _orch_option dirnames ;;
    'list jobs'':--limit') : ;;
    'list orchestrators'':--registry') _orch_words 'fiftyone local' ;;
    'list orchestrators'':--api-uri') : ;;
    'list orchestrators'':--python') _orch_option default ;;
    'list runs'':--limit') : ;;
    'list runs'':--on') _orch_words "$(orch list jobs -o name 2>/dev/null; orch list orchestrators -o name 2>/dev/null)" ;;
    'list runs'':--databricks-profile') : ;;
    'list runs'':--record') _orch_option dirnames ;;
    'list secrets'':--registry') _orch_words 'fiftyone local' ;;
    'list secrets'':--api-uri') : ;;
    'list secrets'':--python') _orch_option default ;;
    'describe'':--registry') _orch_words 'fiftyone local' ;;
    'describe'':--api-uri') : ;;
    'describe'':--python') _orch_option default ;;
    'describe'':--on') : ;;
    'describe'':--databricks-profile') : ;;
    'describe'':--record') _orch_option dirnames ;;
    'register'':-f' | 'register'':--file') _orch_option default ;;
    'register'':--init') _orch_words 'databricks anyscale ray aws_lambda local' ;;
    'register'':--environment') _orch_words 'databricks anyscale ray aws_lambda local' ;;
    'register'':--description') : ;;
    'register'':--secret') : ;;
    'register'':--secret-name') : ;;
    'register'':--set') : ;;
    'register'':--registry') _orch_words 'fiftyone local' ;;
    'register'':--api-uri') : ;;
    'register'':--python') _orch_option default ;;
    'register'':--databricks-profile') : ;;
    'register'':--record') _orch_option dirnames ;;
    'refresh'':--registry') _orch_words 'fiftyone local' ;;
    'refresh'':--api-uri') : ;;
    'refresh'':--python') _orch_option default ;;
    'refresh'':--poll-interval') : ;;
    'refresh'':--databricks-profile') : ;;
    'refresh'':--record') _orch_option dirnames ;;
    'rotate-secret'':--key') : ;;
    'rotate-secret'':--from') : ;;
    'rotate-secret'':--target') : ;;
    'rotate-secret'':--grace') : ;;
    'rotate-secret'':--old-secret-id') : ;;
    'rotate-secret'':--prune') : ;;
    'rotate-secret'':--client-id') : ;;
    'rotate-secret'':--registry') _orch_words 'fiftyone local' ;;
    'rotate-secret'':--api-uri') : ;;
    'rotate-secret'':--python') _orch_option default ;;
    'rotate-secret'':--databricks-profile') : ;;
    'rotate-secret'':--record') _orch_option dirnames ;;
    'secret set'':--from') : ;;
    'secret set'':--description') : ;;
    'secret set'':--registry') _orch_words 'fiftyone local' ;;
    'secret set'':--api-uri') : ;;
    'secret set'':--python') _orch_option default ;;
    'secret info'':--registry') _orch_words 'fiftyone local' ;;
    'secret info'':--api-uri') : ;;
    'secret info'':--python') _orch_option default ;;
    'secret delete'':--registry') _orch_words 'fiftyone local' ;;
    'secret delete'':--api-uri') : ;;
    'secret delete'':--python') _orch_option default ;;
    'bundle-gen'':-f' | 'bundle-gen'':--file') _orch_option default ;;
    'bundle-gen'':--out') _orch_option dirnames ;;
    'bundle-gen'':--stdout') : ;;
    'bundle-gen'':--deploy') _orch_option dirnames ;;
    'bundle-gen'':--set') : ;;
    'serve-entrypoint'':--command') : ;;
    'serve-entrypoint'':--grace') : ;;
    'serve-entrypoint'':--plugins-dir') _orch_option dirnames ;;
    'serve-entrypoint'':--idle') : ;;
    'doctor'':--registry') _orch_words 'fiftyone local' ;;
    'doctor'':--api-uri') : ;;
    'doctor'':--python') _orch_option default ;;
    'doctor'':--databricks-profile') : ;;
    'doctor'':--record') _orch_option dirnames ;;
    *) return 1 ;;
  esac
}

# The own flags of a command.
_orch_flags() {
  case "$1" in
    'submit') echo '--file --resume --on --set --policy --enqueue --detach --follow --poll-interval --cancel-on-interrupt --databricks-profile --record' ;;
    'cancel') echo '--on --databricks-profile --record' ;;
    'delete') echo '--delete-secrets --resources --registry --api-uri --python --allow-insecure-http --databricks-profile --record' ;;
    'status') echo '--wait --watch --exit-status --registry --api-uri --python --allow-insecure-http --poll-interval --cancel-on-interrupt --on --databricks-profile --record' ;;
    'results') echo '--failed' ;;
    'logs') echo '--follow --split --poll-interval --cancel-on-interrupt --on --databricks-profile --record' ;;
    'list jobs') echo '--limit' ;;
    'list orchestrators') echo '--registry --api-uri --python --allow-insecure-http' ;;
    'list runs') echo '--limit --on --databricks-profile --record' ;;
    'list secrets') echo '--registry --api-uri --python --allow-insecure-http' ;;
    'describe') echo '--registry --api-uri --python --allow-insecure-http --on --databricks-profile --record' ;;
    'register') echo '--file --init --environment --description --secret --secret-name --set --reuse-existing --overwrite-secrets --emit-python --replace --registry --api-uri --python --allow-insecure-http --databricks-profile --record' ;;
    'refresh') echo '--wait --registry --api-uri --python --allow-insecure-http --poll-interval --cancel-on-interrupt --databricks-profile --record' ;;
    'rotate-secret') echo '--key --from --target --keep-old --grace --old-secret-id --prune --client-id --registry --api-uri --python --allow-insecure-http --databricks-profile --record' ;;
    'secret set') echo '--from --description --registry --api-uri --python --allow-insecure-http' ;;
    'secret info') echo '--registry --api-uri --python --allow-insecure-http' ;;
    'secret delete') echo '--registry --api-uri --python --allow-insecure-http' ;;
    'bundle-gen') echo '--file --out --check --diff --stdout --deploy --force --set' ;;
    'serve-entrypoint') echo '--command --strict --no-check --grace --plugins-dir --line --idle' ;;
    'doctor') echo '--registry --api-uri --python --allow-insecure-http --databricks-profile --record' ;;
    'config view') echo '--sources' ;;
  esac
}

# How an argument completes; $1 is command:index.
_orch_argument() {
  case "$1" in
    'list:0') _orch_words 'jobs orchestrators runs secrets' ;;
    'secret:0') _orch_words 'set info delete' ;;
    'config:0') _orch_words 'view schema' ;;
    'submit:0') _orch_option default ;;
    'cancel:0') _orch_words "$(orch list jobs -o name 2>/dev/null)" ;;
    'delete:0') _orch_words "$(orch list jobs -o name 2>/dev/null; orch list orchestrators -o name 2>/dev/null)" ;;
    'status:0') _orch_words "$(orch list jobs -o name 2>/dev/null; orch list orchestrators -o name 2>/dev/null)"; _orch_option dirnames ;;
    'results:0') _orch_words "$(orch list jobs -o name 2>/dev/null)" ;;
    'logs:0') _orch_words "$(orch list jobs -o name 2>/dev/null)" ;;
    'describe:0') _orch_words "$(orch list jobs -o name 2>/dev/null; orch list orchestrators -o name 2>/dev/null)" ;;
    'register:0') _orch_option default ;;
    'refresh:0') _orch_words "$(orch list jobs -o name 2>/dev/null; orch list orchestrators -o name 2>/dev/null)" ;;
    'rotate-secret:0') _orch_words "$(orch list jobs -o name 2>/dev/null; orch list orchestrators -o name 2>/dev/null)" ;;
    'secret set:0') : ;;
    'secret info:0') : ;;
    'secret delete:0') : ;;
    'bundle-gen:0') _orch_option default ;;
    'serve-entrypoint:0') _orch_words 'command task-manager queue operators' ;;
    'doctor:0') _orch_words "$(orch list jobs -o name 2>/dev/null; orch list orchestrators -o name 2>/dev/null)"; _orch_option dirnames ;;
    'config schema:0') _orch_words 'Job Orchestrator Bundle Config' ;;
    'completion:0') _orch_words 'bash zsh fish' ;;
    'help:0') _orch_words 'submit cancel delete status results logs list describe register refresh rotate-secret secret bundle-gen serve-entrypoint doctor config completion help flags output exit-codes names files environment jobs credentials worker' ;;
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
      -o | --output | --columns | --context | --config | --state-dir | --timeout | --log-format | --color | -f | --file | --resume | --on | --set | --policy | --task-managers | --poll-interval | --databricks-profile | --record | --registry | --api-uri | --python | --split | --limit | --init | --environment | --description | --secret | --secret-name | --key | --from | --target | --grace | --old-secret-id | --prune | --client-id | --out | --stdout | --deploy | --command | --plugins-dir | --idle) ((i++)) ;;
      -*) ;;
      *)
        if [[ -z $command ]]; then
          command=$word
        elif [[ $count -eq 0 && " list secret config " == *" $command "* ]]; then
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
    _orch_words 'submit cancel delete status results logs list describe register refresh rotate-secret secret bundle-gen serve-entrypoint doctor config completion help'
  else
    _orch_argument "$command:$count"
  fi
  return 0
}

complete -F _orch orch

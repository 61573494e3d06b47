# fish completion for orch; made by `orch completion fish`.

function __orch_jobs
    orch list jobs -o name 2>/dev/null
end
function __orch_orchestrators
    orch list orchestrators -o name 2>/dev/null
end

# The command of the line and how many arguments it has so far.
function __orch_place
    set -l words (commandline -opc)
    set -e words[1]
    set -l command ''
    set -l count 0
    set -l skip 0
    for word in $words
        if test $skip = 1
            set skip 0
            continue
        end
        switch $word
            case --
                break
            case -o --output --columns --context --config --state-dir --timeout --log-format --color -f --file --resume --on --set --policy --task-managers --poll-interval --databricks-profile --record --registry --api-uri --python --split --limit --init --environment --description --secret --secret-name --key --from --target --grace --old-secret-id --prune --client-id --out --stdout --deploy --command --plugins-dir --idle
                set skip 1
            case '-*'
            case '*'
                if test -z "$command"
                    set command $word
                else if test $count = 0; and contains -- $command list secret config
                    set command "$command $word"
                else
                    set count (math $count + 1)
                end
        end
    end
    echo $command
    echo $count
end

function __orch_in
    set -l place (__orch_place)
    test "$place[1]" = "$argv[1]"
end

function __orch_at
    set -l place (__orch_place)
    test "$place[1]" = "$argv[1]"; and test "$place[2]" = "$argv[2]"
end

complete -c orch -f
complete -c orch -s o -l output -x -a 'table json yaml ndjson name' -d 'how standard output is written'
complete -c orch -l columns -x -d 'the columns of a table, in this order'
complete -c orch -l context -x -d 'the named set of settings to use'
complete -c orch -l config -r -F -d 'the config file'
complete -c orch -l state-dir -x -a '(__fish_complete_directories)' -d 'where jobs and their results are kept'
complete -c orch -l timeout -x -d 'wait at most this long: 90s, 15m, 2h'
complete -c orch -l dry-run -d 'show what would be done, change nothing'
complete -c orch -s y -l yes -d 'answer yes to every question'
complete -c orch -l no-input -d 'never ask; fail where a question would be asked'
complete -c orch -s q -l quiet -d 'say only warnings and errors'
complete -c orch -s v -l verbose -d 'say more'
complete -c orch -l debug -d 'say each step'
complete -c orch -l log-format -x -a 'text json' -d 'how messages on standard error are written'
complete -c orch -l color -x -a 'auto always never' -d 'colour on a terminal'
complete -c orch -l version -d 'print the version; with -v the libraries too'
complete -c orch -s h -l help -d 'print help'
complete -c orch -n '__orch_at "" 0' -a 'list'
complete -c orch -n '__orch_at "" 0' -a 'secret'
complete -c orch -n '__orch_at "" 0' -a 'config'

complete -c orch -n '__orch_at "" 0' -a 'submit' -d 'run a split job, or one command, and wait for its end'
complete -c orch -n '__orch_in "submit"' -s f -l file -r -F -d 'the same as the argument FILE; - is standard input'
complete -c orch -n '__orch_in "submit"' -l resume -x -a '(__orch_jobs)' -d 'run what is missing of a job'
complete -c orch -n '__orch_in "submit"' -l on -x -d 'the orchestrator to run on, or `local`'
complete -c orch -n '__orch_in "submit"' -l set -x -d 'override a field of the job file'
complete -c orch -n '__orch_in "submit"' -l policy -x -d 'the job policy, as `job_policy:` in the file'
complete -c orch -n '__orch_in "submit"' -l enqueue -d 'let the queue runner of this machine run it, and wait'
complete -c orch -n '__orch_in "submit"' -l detach -d 'enqueue and return'
complete -c orch -n '__orch_in "submit"' -l follow -d 'show the workers\' log lines on standard error'
complete -c orch -n '__orch_in "submit"' -l poll-interval -x -d 'look at a run this often (default 1s, growing to 10s)'
complete -c orch -n '__orch_in "submit"' -l cancel-on-interrupt -d 'Ctrl-C cancels a run instead of leaving it'
complete -c orch -n '__orch_in "submit"' -l databricks-profile -x -d 'sign in to Databricks as this profile of ~/.databrickscfg'
complete -c orch -n '__orch_in "submit"' -l record -x -a '(__fish_complete_directories)' -d 'keep each request and answer there for a bug report, without credentials'
complete -c orch -n '__orch_at "submit" 0' -F

complete -c orch -n '__orch_at "" 0' -a 'cancel' -d 'stop a job, or a run at a provider; what it has done is kept'
complete -c orch -n '__orch_in "cancel"' -l on -x -d 'the orchestrator of a run that this machine has not seen'
complete -c orch -n '__orch_in "cancel"' -l databricks-profile -x -d 'sign in to Databricks as this profile of ~/.databrickscfg'
complete -c orch -n '__orch_in "cancel"' -l record -x -a '(__fish_complete_directories)' -d 'keep each request and answer there for a bug report, without credentials'
complete -c orch -n '__orch_at "cancel" 0' -a '(__orch_jobs)'

complete -c orch -n '__orch_at "" 0' -a 'delete' -d 'forget a job, or an orchestrator\'s registration'
complete -c orch -n '__orch_in "delete"' -l delete-secrets -d 'an orchestrator\'s secrets, too'
complete -c orch -n '__orch_in "delete"' -l resources -d 'what orch has made for it at its provider, too'
complete -c orch -n '__orch_in "delete"' -l registry -x -a 'fiftyone local' -d 'the registry: this machine\'s or FiftyOne\'s'
complete -c orch -n '__orch_in "delete"' -l api-uri -x -d 'the address of FiftyOne\'s API'
complete -c orch -n '__orch_in "delete"' -l python -r -F -d 'the interpreter that has FiftyOne\'s management SDK'
complete -c orch -n '__orch_in "delete"' -l allow-insecure-http -d 'let secrets travel over http to a FiftyOne API that is not on this machine'
complete -c orch -n '__orch_in "delete"' -l databricks-profile -x -d 'sign in to Databricks as this profile of ~/.databrickscfg'
complete -c orch -n '__orch_in "delete"' -l record -x -a '(__fish_complete_directories)' -d 'keep each request and answer there for a bug report, without credentials'
complete -c orch -n '__orch_at "delete" 0' -a '(__orch_jobs; __orch_orchestrators)'

complete -c orch -n '__orch_at "" 0' -a 'status' -d 'show how a job, a run, an orchestrator or a deployed bundle stands'
complete -c orch -n '__orch_in "status"' -l wait -d 'wait for its end and exit with its result'
complete -c orch -n '__orch_in "status"' -l watch -d 'show each change until its end'
complete -c orch -n '__orch_in "status"' -l exit-status -d 'exit with its result, 9 while it runs'
complete -c orch -n '__orch_in "status"' -l registry -x -a 'fiftyone local' -d 'the registry: this machine\'s or FiftyOne\'s'
complete -c orch -n '__orch_in "status"' -l api-uri -x -d 'the address of FiftyOne\'s API'
complete -c orch -n '__orch_in "status"' -l python -r -F -d 'the interpreter that has FiftyOne\'s management SDK'
complete -c orch -n '__orch_in "status"' -l allow-insecure-http -d 'let secrets travel over http to a FiftyOne API that is not on this machine'
complete -c orch -n '__orch_in "status"' -l poll-interval -x -d 'look at a run this often (default 1s, growing to 10s)'
complete -c orch -n '__orch_in "status"' -l cancel-on-interrupt -d 'Ctrl-C cancels a run instead of leaving it'
complete -c orch -n '__orch_in "status"' -l on -x -d 'the orchestrator of a run that this machine has not seen'
complete -c orch -n '__orch_in "status"' -l databricks-profile -x -d 'sign in to Databricks as this profile of ~/.databrickscfg'
complete -c orch -n '__orch_in "status"' -l record -x -a '(__fish_complete_directories)' -d 'keep each request and answer there for a bug report, without credentials'
complete -c orch -n '__orch_at "status" 0' -a '(__orch_jobs; __orch_orchestrators; __fish_complete_directories)'

complete -c orch -n '__orch_at "" 0' -a 'results' -d 'print the results of a job, one JSON line an input'
complete -c orch -n '__orch_in "results"' -l failed -d 'only inputs that failed'
complete -c orch -n '__orch_at "results" 0' -a '(__orch_jobs)'

complete -c orch -n '__orch_at "" 0' -a 'logs' -d 'print what a job\'s workers, or its command, said'
complete -c orch -n '__orch_in "logs"' -l follow -d 'go on until the job is over'
complete -c orch -n '__orch_in "logs"' -l split -x -d 'only lines said during split N'
complete -c orch -n '__orch_in "logs"' -l poll-interval -x -d 'look at a run this often (default 1s, growing to 10s)'
complete -c orch -n '__orch_in "logs"' -l cancel-on-interrupt -d 'Ctrl-C cancels a run instead of leaving it'
complete -c orch -n '__orch_in "logs"' -l on -x -d 'the orchestrator of a run that this machine has not seen'
complete -c orch -n '__orch_in "logs"' -l databricks-profile -x -d 'sign in to Databricks as this profile of ~/.databrickscfg'
complete -c orch -n '__orch_in "logs"' -l record -x -a '(__fish_complete_directories)' -d 'keep each request and answer there for a bug report, without credentials'
complete -c orch -n '__orch_at "logs" 0' -a '(__orch_jobs)'

complete -c orch -n '__orch_at list 0' -a 'jobs' -d 'list the jobs of this machine, newest first'
complete -c orch -n '__orch_in "list jobs"' -l limit -x -d 'at most N jobs (default 100)'

complete -c orch -n '__orch_at list 0' -a 'orchestrators' -d 'list the orchestrators that this machine knows'
complete -c orch -n '__orch_in "list orchestrators"' -l registry -x -a 'fiftyone local' -d 'the registry: this machine\'s or FiftyOne\'s'
complete -c orch -n '__orch_in "list orchestrators"' -l api-uri -x -d 'the address of FiftyOne\'s API'
complete -c orch -n '__orch_in "list orchestrators"' -l python -r -F -d 'the interpreter that has FiftyOne\'s management SDK'
complete -c orch -n '__orch_in "list orchestrators"' -l allow-insecure-http -d 'let secrets travel over http to a FiftyOne API that is not on this machine'

complete -c orch -n '__orch_at list 0' -a 'runs' -d 'list the runs of commands at orchestrators, newest first'
complete -c orch -n '__orch_in "list runs"' -l limit -x -d 'at most N runs (default 20)'
complete -c orch -n '__orch_in "list runs"' -l on -x -a '(__orch_jobs; __orch_orchestrators)' -d 'ask the provider of this orchestrator'
complete -c orch -n '__orch_in "list runs"' -l databricks-profile -x -d 'sign in to Databricks as this profile of ~/.databrickscfg'
complete -c orch -n '__orch_in "list runs"' -l record -x -a '(__fish_complete_directories)' -d 'keep each request and answer there for a bug report, without credentials'

complete -c orch -n '__orch_at list 0' -a 'secrets' -d 'list the names of secrets, never their values'
complete -c orch -n '__orch_in "list secrets"' -l registry -x -a 'fiftyone local' -d 'the registry: this machine\'s or FiftyOne\'s'
complete -c orch -n '__orch_in "list secrets"' -l api-uri -x -d 'the address of FiftyOne\'s API'
complete -c orch -n '__orch_in "list secrets"' -l python -r -F -d 'the interpreter that has FiftyOne\'s management SDK'
complete -c orch -n '__orch_in "list secrets"' -l allow-insecure-http -d 'let secrets travel over http to a FiftyOne API that is not on this machine'

complete -c orch -n '__orch_at "" 0' -a 'describe' -d 'show everything about a job, a run or an orchestrator'
complete -c orch -n '__orch_in "describe"' -l registry -x -a 'fiftyone local' -d 'the registry: this machine\'s or FiftyOne\'s'
complete -c orch -n '__orch_in "describe"' -l api-uri -x -d 'the address of FiftyOne\'s API'
complete -c orch -n '__orch_in "describe"' -l python -r -F -d 'the interpreter that has FiftyOne\'s management SDK'
complete -c orch -n '__orch_in "describe"' -l allow-insecure-http -d 'let secrets travel over http to a FiftyOne API that is not on this machine'
complete -c orch -n '__orch_in "describe"' -l on -x -d 'the orchestrator of a run that this machine has not seen'
complete -c orch -n '__orch_in "describe"' -l databricks-profile -x -d 'sign in to Databricks as this profile of ~/.databrickscfg'
complete -c orch -n '__orch_in "describe"' -l record -x -a '(__fish_complete_directories)' -d 'keep each request and answer there for a bug report, without credentials'
complete -c orch -n '__orch_at "describe" 0' -a '(__orch_jobs; __orch_orchestrators)'

complete -c orch -n '__orch_at "" 0' -a 'register' -d 'create or update an orchestrator and its secrets'
complete -c orch -n '__orch_in "register"' -s f -l file -r -F -d 'the same as the argument FILE; - is standard input'
complete -c orch -n '__orch_in "register"' -l init -x -a 'databricks anyscale ray aws_lambda local' -d 'print a commented file for this environment and end'
complete -c orch -n '__orch_in "register"' -l environment -x -a 'databricks anyscale ray aws_lambda local' -d 'where it runs'
complete -c orch -n '__orch_in "register"' -l description -x -d 'for people'
complete -c orch -n '__orch_in "register"' -l secret -x -d 'a credential: ref:NAME, env:VAR, file:PATH, stdin or prompt'
complete -c orch -n '__orch_in "register"' -l secret-name -x -d 'the name of a new secret, where the rule\'s name will not do'
complete -c orch -n '__orch_in "register"' -l set -x -d 'override a field of the file'
complete -c orch -n '__orch_in "register"' -l reuse-existing -d 'where a new secret\'s name is taken, use what is there'
complete -c orch -n '__orch_in "register"' -l overwrite-secrets -d 'store the values again, also over existing secrets'
complete -c orch -n '__orch_in "register"' -l emit-python -d 'print the calls of FiftyOne\'s Python SDK that would do it, and end'
complete -c orch -n '__orch_in "register"' -l replace -d 'delete and register again where a registry has no update'
complete -c orch -n '__orch_in "register"' -l registry -x -a 'fiftyone local' -d 'the registry: this machine\'s or FiftyOne\'s'
complete -c orch -n '__orch_in "register"' -l api-uri -x -d 'the address of FiftyOne\'s API'
complete -c orch -n '__orch_in "register"' -l python -r -F -d 'the interpreter that has FiftyOne\'s management SDK'
complete -c orch -n '__orch_in "register"' -l allow-insecure-http -d 'let secrets travel over http to a FiftyOne API that is not on this machine'
complete -c orch -n '__orch_in "register"' -l databricks-profile -x -d 'sign in to Databricks as this profile of ~/.databrickscfg'
complete -c orch -n '__orch_in "register"' -l record -x -a '(__fish_complete_directories)' -d 'keep each request and answer there for a bug report, without credentials'
complete -c orch -n '__orch_at "register" 0' -F

complete -c orch -n '__orch_at "" 0' -a 'refresh' -d 'let an orchestrator report the operators of its plugins'
complete -c orch -n '__orch_in "refresh"' -l wait -d 'FiftyOne: wait for the change (30m)'
complete -c orch -n '__orch_in "refresh"' -l registry -x -a 'fiftyone local' -d 'the registry: this machine\'s or FiftyOne\'s'
complete -c orch -n '__orch_in "refresh"' -l api-uri -x -d 'the address of FiftyOne\'s API'
complete -c orch -n '__orch_in "refresh"' -l python -r -F -d 'the interpreter that has FiftyOne\'s management SDK'
complete -c orch -n '__orch_in "refresh"' -l allow-insecure-http -d 'let secrets travel over http to a FiftyOne API that is not on this machine'
complete -c orch -n '__orch_in "refresh"' -l poll-interval -x -d 'look at a run this often (default 1s, growing to 10s)'
complete -c orch -n '__orch_in "refresh"' -l cancel-on-interrupt -d 'Ctrl-C cancels a run instead of leaving it'
complete -c orch -n '__orch_in "refresh"' -l databricks-profile -x -d 'sign in to Databricks as this profile of ~/.databrickscfg'
complete -c orch -n '__orch_in "refresh"' -l record -x -a '(__fish_complete_directories)' -d 'keep each request and answer there for a bug report, without credentials'
complete -c orch -n '__orch_at "refresh" 0' -a '(__orch_jobs; __orch_orchestrators)'

complete -c orch -n '__orch_at "" 0' -a 'rotate-secret' -d 'replace an orchestrator\'s credential by a new one'
complete -c orch -n '__orch_in "rotate-secret"' -l key -x -d 'which secret: clientSecret, authToken, …'
complete -c orch -n '__orch_in "rotate-secret"' -l from -x -d 'env:VAR, file:PATH, stdin, prompt, or generate'
complete -c orch -n '__orch_in "rotate-secret"' -l target -x -d 'store it there as well: databricks_scope:SCOPE/KEY'
complete -c orch -n '__orch_in "rotate-secret"' -l keep-old -d 'generate: leave the old credential'
complete -c orch -n '__orch_in "rotate-secret"' -l grace -x -d 'generate: wait before the old one is deleted'
complete -c orch -n '__orch_in "rotate-secret"' -l old-secret-id -x -d 'generate: which one is the old one'
complete -c orch -n '__orch_in "rotate-secret"' -l prune -x -d 'generate: delete this unused one first'
complete -c orch -n '__orch_in "rotate-secret"' -l client-id -x -d 'the service principal, where the registry cannot be read back'
complete -c orch -n '__orch_in "rotate-secret"' -l registry -x -a 'fiftyone local' -d 'the registry: this machine\'s or FiftyOne\'s'
complete -c orch -n '__orch_in "rotate-secret"' -l api-uri -x -d 'the address of FiftyOne\'s API'
complete -c orch -n '__orch_in "rotate-secret"' -l python -r -F -d 'the interpreter that has FiftyOne\'s management SDK'
complete -c orch -n '__orch_in "rotate-secret"' -l allow-insecure-http -d 'let secrets travel over http to a FiftyOne API that is not on this machine'
complete -c orch -n '__orch_in "rotate-secret"' -l databricks-profile -x -d 'sign in to Databricks as this profile of ~/.databrickscfg'
complete -c orch -n '__orch_in "rotate-secret"' -l record -x -a '(__fish_complete_directories)' -d 'keep each request and answer there for a bug report, without credentials'
complete -c orch -n '__orch_at "rotate-secret" 0' -a '(__orch_jobs; __orch_orchestrators)'

complete -c orch -n '__orch_at secret 0' -a 'set' -d 'store a secret, or a new value of it'
complete -c orch -n '__orch_in "secret set"' -l from -x -d 'env:VAR, file:PATH, stdin or prompt'
complete -c orch -n '__orch_in "secret set"' -l description -x -d 'for people'
complete -c orch -n '__orch_in "secret set"' -l registry -x -a 'fiftyone local' -d 'the registry: this machine\'s or FiftyOne\'s'
complete -c orch -n '__orch_in "secret set"' -l api-uri -x -d 'the address of FiftyOne\'s API'
complete -c orch -n '__orch_in "secret set"' -l python -r -F -d 'the interpreter that has FiftyOne\'s management SDK'
complete -c orch -n '__orch_in "secret set"' -l allow-insecure-http -d 'let secrets travel over http to a FiftyOne API that is not on this machine'

complete -c orch -n '__orch_at secret 0' -a 'info' -d 'show when a secret was stored, not its value'
complete -c orch -n '__orch_in "secret info"' -l registry -x -a 'fiftyone local' -d 'the registry: this machine\'s or FiftyOne\'s'
complete -c orch -n '__orch_in "secret info"' -l api-uri -x -d 'the address of FiftyOne\'s API'
complete -c orch -n '__orch_in "secret info"' -l python -r -F -d 'the interpreter that has FiftyOne\'s management SDK'
complete -c orch -n '__orch_in "secret info"' -l allow-insecure-http -d 'let secrets travel over http to a FiftyOne API that is not on this machine'

complete -c orch -n '__orch_at secret 0' -a 'delete' -d 'forget a secret'
complete -c orch -n '__orch_in "secret delete"' -l registry -x -a 'fiftyone local' -d 'the registry: this machine\'s or FiftyOne\'s'
complete -c orch -n '__orch_in "secret delete"' -l api-uri -x -d 'the address of FiftyOne\'s API'
complete -c orch -n '__orch_in "secret delete"' -l python -r -F -d 'the interpreter that has FiftyOne\'s management SDK'
complete -c orch -n '__orch_in "secret delete"' -l allow-insecure-http -d 'let secrets travel over http to a FiftyOne API that is not on this machine'

complete -c orch -n '__orch_at "" 0' -a 'bundle-gen' -d 'generate the docker compose directory of a serving bundle'
complete -c orch -n '__orch_in "bundle-gen"' -s f -l file -r -F -d 'the same as the argument FILE; - is standard input'
complete -c orch -n '__orch_in "bundle-gen"' -l out -x -a '(__fish_complete_directories)' -d 'where the files go (docker-compose-gen)'
complete -c orch -n '__orch_in "bundle-gen"' -l check -d 'only say what differs'
complete -c orch -n '__orch_in "bundle-gen"' -l diff -d 'show what differs, as diff -u does'
complete -c orch -n '__orch_in "bundle-gen"' -l stdout -x -d 'print one of its files instead'
complete -c orch -n '__orch_in "bundle-gen"' -l deploy -x -a '(__fish_complete_directories)' -d 'make or complete a deployment, a copy of example/ beside it'
complete -c orch -n '__orch_in "bundle-gen"' -l force -d 'overwrite files changed by hand; their diff is kept in .orch/'
complete -c orch -n '__orch_in "bundle-gen"' -l set -x -d 'override a field of the file'
complete -c orch -n '__orch_at "bundle-gen" 0' -F

complete -c orch -n '__orch_at "" 0' -a 'serve-entrypoint' -d 'run a container\'s command, a task manager or the queue'
complete -c orch -n '__orch_in "serve-entrypoint"' -l command -x -d 'command: the command line to run'
complete -c orch -n '__orch_in "serve-entrypoint"' -l strict -d 'command: refuse to start on any finding of the checks'
complete -c orch -n '__orch_in "serve-entrypoint"' -l no-check -d 'command: check nothing, change nothing'
complete -c orch -n '__orch_in "serve-entrypoint"' -l grace -x -d 'command: KILL this long after TERM or INT (default 10s)'
complete -c orch -n '__orch_in "serve-entrypoint"' -l plugins-dir -x -a '(__fish_complete_directories)' -d 'operators: where the plugins lie (default $FIFTYONE_PLUGINS_DIR)'
complete -c orch -n '__orch_in "serve-entrypoint"' -l line -d 'operators: one line, ORCH_OPERATORS and JSON, to be found in a log'
complete -c orch -n '__orch_in "serve-entrypoint"' -l idle -x -d 'queue: end after this long without work, 0s for never (default 10s)'
complete -c orch -n '__orch_at "serve-entrypoint" 0' -a 'command task-manager queue operators'

complete -c orch -n '__orch_at "" 0' -a 'doctor' -d 'check this machine, FiftyOne and an orchestrator before work is paid for'
complete -c orch -n '__orch_in "doctor"' -l registry -x -a 'fiftyone local' -d 'the registry: this machine\'s or FiftyOne\'s'
complete -c orch -n '__orch_in "doctor"' -l api-uri -x -d 'the address of FiftyOne\'s API'
complete -c orch -n '__orch_in "doctor"' -l python -r -F -d 'the interpreter that has FiftyOne\'s management SDK'
complete -c orch -n '__orch_in "doctor"' -l allow-insecure-http -d 'let secrets travel over http to a FiftyOne API that is not on this machine'
complete -c orch -n '__orch_in "doctor"' -l databricks-profile -x -d 'sign in to Databricks as this profile of ~/.databrickscfg'
complete -c orch -n '__orch_in "doctor"' -l record -x -a '(__fish_complete_directories)' -d 'keep each request and answer there for a bug report, without credentials'
complete -c orch -n '__orch_at "doctor" 0' -a '(__orch_jobs; __orch_orchestrators; __fish_complete_directories)'

complete -c orch -n '__orch_at config 0' -a 'view' -d 'show the settings in effect'
complete -c orch -n '__orch_in "config view"' -l sources -d 'say where each value comes from'

complete -c orch -n '__orch_at config 0' -a 'schema' -d 'print the JSON Schema of a file that orch reads'
complete -c orch -n '__orch_at "config schema" 0' -a 'Job Orchestrator Bundle Config'

complete -c orch -n '__orch_at "" 0' -a 'completion' -d 'print the completion script of a shell'
complete -c orch -n '__orch_at "completion" 0' -a 'bash zsh fish'

complete -c orch -n '__orch_at "" 0' -a 'help' -d 'help on a command or a topic'
complete -c orch -n '__orch_at "help" 0' -a 'submit cancel delete status results logs list describe register refresh rotate-secret secret bundle-gen serve-entrypoint doctor config completion help flags output exit-codes names files environment jobs credentials worker'

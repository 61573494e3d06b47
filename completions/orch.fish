# fish completion for orch; made by `orch completion fish`.

function __orch_names
    orch list jobs -o name 2>/dev/null
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
            case -o --output --columns --context --config --state-dir --timeout --log-format --color
                set skip 1
            case '-*'
            case '*'
                if test -z "$command"
                    set command $word
                else if test $count = 0; and contains -- $command config
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
complete -c orch -n '__orch_at "" 0' -a 'config'

complete -c orch -n '__orch_at config 0' -a 'view' -d 'show the settings in effect'
complete -c orch -n '__orch_in "config view"' -l sources -d 'say where each value comes from'

complete -c orch -n '__orch_at config 0' -a 'schema' -d 'print the JSON Schema of a file that orch reads'
complete -c orch -n '__orch_at "config schema" 0' -a 'Job Config'

complete -c orch -n '__orch_at "" 0' -a 'completion' -d 'print the completion script of a shell'
complete -c orch -n '__orch_at "completion" 0' -a 'bash zsh fish'

complete -c orch -n '__orch_at "" 0' -a 'help' -d 'help on a command or a topic'
complete -c orch -n '__orch_at "help" 0' -a 'config completion help flags output exit-codes names files environment jobs worker'

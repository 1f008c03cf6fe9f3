# bash completion for ouro
_ouro() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} verb= word
  COMPREPLY=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in compile | decompile | dis | inspect | py_compile | compileall) verb=$word && break ;; esac
  done
  case $previous in
    -m) COMPREPLY=($(compgen -W "py_compile compileall" -- "$current")) && return ;;
    --invalidation-mode)
      COMPREPLY=($(compgen -W "timestamp checked-hash unchecked-hash" -- "$current")) && return ;;
    --target) COMPREPLY=($(compgen -W "3.11" -- "$current")) && return ;;
    --style) COMPREPLY=($(compgen -W "exact clean" -- "$current")) && return ;;
    -O | --level) [[ $verb = compile ]] && COMPREPLY=($(compgen -W "0 1 2 0,1,2" -- "$current")) && return ;;
    --pycache-prefix | -s | --strip | -p | --prepend | -d | -e)
      compopt -o filenames && COMPREPLY=($(compgen -d -- "$current")) && return ;;
  esac
  if [[ $current = -* ]]; then
    local options
    case $verb in
      compile) options="--help --target -O --level -f --force --invalidation-mode -b --legacy --pycache-prefix
        --hardlink-dupes -x --exclude --max-levels --files-from -0 --null -s --strip -p --prepend -W --warnings
        -j --jobs -q --quiet --json" ;;
      decompile) options="--help -o --output -O --level --style --raw -f --force -j --jobs -q --quiet --json" ;;
      dis) options="--help -O --json --lifted" ;;
      inspect) options="--help --brief --source --json" ;;
      py_compile) options="-h --help -q --quiet" ;;
      compileall) options="-h --help -l -r -f -q -b -d -s -p -x -i -j --workers --invalidation-mode -o -e
        --hardlink-dupes" ;;
      *) options="--help --version -m -O -OO -B -E -I -P -s -S -W -X" ;;
    esac
    COMPREPLY=($(compgen -W "$options" -- "$current"))
    return
  fi
  compopt -o filenames
  COMPREPLY=($(compgen -f -- "$current"))
  [[ $COMP_CWORD -eq 1 ]] && COMPREPLY+=($(compgen -W "compile decompile dis inspect" -- "$current"))
}
complete -F _ouro ouro

# Managed by vdb (task 0.4): login shells use the virtual environment.
if [ -x "<%= it.venv %>/bin/python" ]; then
  export VIRTUAL_ENV="<%= it.venv %>"
  case ":$PATH:" in
    *":$VIRTUAL_ENV/bin:"*) ;;
    *) export PATH="$VIRTUAL_ENV/bin:$PATH" ;;
  esac
fi

"""Start Bellwether: without arguments the window opens, with a command it runs headless."""

import multiprocessing
import sys

if __name__ == "__main__":
    # Imports and scoring run in spawned children; a frozen program must recognise them before anything else.
    multiprocessing.freeze_support()

    from app.run import main

    raise SystemExit(main(sys.argv[1:]))

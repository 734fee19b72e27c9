"""`python -m syndicate` is `syndicate`."""

from syndicate.cli.main import main

if __name__ == "__main__":
    main()

"""`python -m lvs`."""

if __name__ == "__main__":
    from lvs.cli.main import main

    main()

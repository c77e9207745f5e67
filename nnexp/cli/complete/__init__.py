"""What Tab completes, in bash, zsh and fish: typer finds whose turn it is, and asks for what may stand there."""

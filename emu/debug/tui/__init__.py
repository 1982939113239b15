"""Full screen: panes that follow the program, a command line below. Keys and mouse; any terminal from 40 x 10 on."""

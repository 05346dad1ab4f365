# tests of cal

# What every peer on the BEAM is: says that it is ready, does rounds on command, and ends with its input.
defmodule Rounds do
  # The reader is a process of its own, so that this one never outlives the bench.
  def serve(round \\ nil) do
    main = self()
    spawn_link(fn -> read(main) end)
    IO.puts("{}")
    loop(round)
  end

  # A figure `rate` of something that happens so many times.
  def rate(count, work) do
    start = System.monotonic_time(:nanosecond)
    work.()
    ~s({"rate": #{count * 1.0e9 / (System.monotonic_time(:nanosecond) - start)}})
  end

  defp read(main) do
    case IO.read(:stdio, :line) do
      "round " <> size -> send(main, {:round, size |> String.trim() |> String.to_integer()})
      _ -> System.halt(0)
    end

    read(main)
  end

  defp loop(round) do
    receive do
      {:round, size} -> IO.puts(round.(size))
    end

    loop(round)
  end
end

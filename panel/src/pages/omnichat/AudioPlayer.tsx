import { ActionIcon, UnstyledButton } from "@mantine/core";
import { Pause, Play } from "lucide-react";
import { useRef, useState } from "react";
import { es } from "../../i18n/es";
import { formatSeconds } from "../../lib/numbers";
import classes from "./AudioPlayer.module.css";

const SPEEDS: readonly number[] = [1, 1.5, 2];

interface AudioPlayerProps {
  url: string;
  /** What WhatsApp said; used until the file itself tells. */
  seconds: number | null;
  label: string;
}

export function AudioPlayer({ url, seconds, label }: AudioPlayerProps) {
  const audio = useRef<HTMLAudioElement>(null);
  const [playing, setPlaying] = useState(false);
  const [position, setPosition] = useState(0);
  const [length, setLength] = useState(seconds ?? 0);
  const [speed, setSpeed] = useState(1);

  const toggle = () => {
    if (!audio.current) return;
    if (playing) audio.current.pause();
    else void audio.current.play().catch(() => setPlaying(false));
  };
  const nextSpeed = () => {
    const next = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length] ?? 1;
    setSpeed(next);
    if (audio.current) audio.current.playbackRate = next;
  };

  return (
    <fieldset className={classes.player} aria-label={label}>
      {/* biome-ignore lint/a11y/useMediaCaption: customers' audios have no captions */}
      <audio
        ref={audio}
        src={url}
        preload="none"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => setPosition(0)}
        onTimeUpdate={(event) => setPosition(event.currentTarget.currentTime)}
        onLoadedMetadata={(event) => {
          const { duration } = event.currentTarget;
          if (Number.isFinite(duration)) setLength(duration);
        }}
      />
      <ActionIcon
        variant="filled"
        color="iris"
        radius="xl"
        size={34}
        aria-label={playing ? es.chat.media.pause : es.chat.media.play}
        onClick={toggle}
      >
        {playing ? <Pause size={16} /> : <Play size={16} />}
      </ActionIcon>
      <input
        type="range"
        className={classes.track}
        aria-label={es.chat.media.position}
        aria-valuetext={formatSeconds(position)}
        min={0}
        max={Math.max(length, 1)}
        step={0.1}
        value={Math.min(position, Math.max(length, 1))}
        onChange={(event) => {
          const target = Number(event.currentTarget.value);
          setPosition(target);
          if (audio.current) audio.current.currentTime = target;
        }}
      />
      <span className={classes.time}>{formatSeconds(playing || position > 0 ? position : length)}</span>
      <UnstyledButton className={classes.speed} onClick={nextSpeed} aria-label={`${es.chat.media.speed} ${speed}×`}>
        {speed}×
      </UnstyledButton>
    </fieldset>
  );
}

import { CircleHelp, Lock, MapPin, UserRound } from "lucide-react";
import type { ReactNode } from "react";
import type { MessageView } from "../../api/types";
import { es } from "../../i18n/es";
import { Markup } from "../../lib/markup";
import { formatPhone } from "../../lib/phone";
import { mapLink } from "../../lib/place";
import lineClasses from "./Line.module.css";
import classes from "./LineContent.module.css";
import { MediaContent } from "./MediaContent";

const Spacer = () => <span className={lineClasses.spacer} />;

/** The body of a message, by kind. */
export function LineContent({ line }: { line: MessageView }) {
  if (line.media) {
    return (
      <>
        <MediaContent line={line} media={line.media} />
        {line.text ? <Words text={line.text} /> : line.kind !== "sticker" && <Room />}
      </>
    );
  }
  if (line.location) return <LocationContent location={line.location} />;
  if (line.contact_cards.length > 0) return <CardsContent cards={line.contact_cards} />;
  if (line.kind === "unsupported") return <Odd icon={<CircleHelp size={15} />} text={es.chat.unsupported} />;
  if (line.kind === "undecryptable") return <Odd icon={<Lock size={15} />} text={es.chat.undecryptable} />;
  if (line.poll_options.length > 0) {
    return (
      <>
        <Words text={line.text} />
        <ul className={classes.poll}>
          {line.poll_options.map((option) => (
            <li key={option}>{option}</li>
          ))}
        </ul>
      </>
    );
  }
  return <Words text={line.text} />;
}

function Words({ text }: { text: string }) {
  return (
    <p className={lineClasses.text}>
      <Markup text={text} />
      <Spacer />
    </p>
  );
}

/** An empty last line for the time under things that are not text. */
const Room = () => <div className={classes.room} />;

function Odd({ icon, text }: { icon: ReactNode; text: string }) {
  return (
    <p className={lineClasses.gone}>
      {icon} {text}
      <Spacer />
    </p>
  );
}

function LocationContent({ location }: { location: NonNullable<MessageView["location"]> }) {
  const coordinates = `${location.lat.toFixed(5)}, ${location.lng.toFixed(5)}`;
  return (
    <>
      <a className={classes.place} href={mapLink(location)} target="_blank" rel="noopener noreferrer">
        <span className={classes.pin}>
          <MapPin size={20} aria-hidden="true" />
        </span>
        <span className={classes.lines}>
          <b>{location.name ?? es.chat.media.location}</b>
          <span className="num">{location.address ?? coordinates}</span>
          <span className={classes.link}>{es.chat.media.map}</span>
        </span>
      </a>
      <Room />
    </>
  );
}

function CardsContent({ cards }: { cards: MessageView["contact_cards"] }) {
  return (
    <>
      {cards.map((card) => (
        <div key={`${card.name} ${card.phones.join()}`} className={classes.place}>
          <span className={classes.pin}>
            <UserRound size={20} aria-hidden="true" />
          </span>
          <span className={classes.lines}>
            <b>{card.name}</b>
            {card.phones.map((phone) => (
              <span key={phone} className="num">
                {formatPhone(phone)}
              </span>
            ))}
          </span>
        </div>
      ))}
      <Room />
    </>
  );
}

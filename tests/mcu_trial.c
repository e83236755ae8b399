/*
 * A program of the tests' own: it uses every part of the chip that the binding to simavr shows.
 *
 * PB0 toggles in the interrupt of timer 2, every 1,000 cycles. PD2 is an input with a pull-up,
 * copied to PD3 while the program waits. The UART (250,000 baud) brings commands of one byte, see
 * `answer`, and what is no command is echoed.
 */
#include <avr/eeprom.h>
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <avr/wdt.h>
#include <util/delay.h>

static uint8_t cause __attribute__((section(".noinit")));
volatile uint8_t kept __attribute__((section(".noinit")));
static volatile uint8_t letter = 'L';
static volatile uint16_t sampled;

/* Nothing stands before the toggle, so that the edge tells how long an interrupt takes to begin. */
ISR(TIMER2_COMPA_vect, ISR_NAKED) { __asm__("sbi %0, 0\n\treti" : : "I"(_SFR_IO_ADDR(PINB))); }
ISR(ADC_vect) { sampled = ADC; }
ISR(USART_RX_vect) { UDR0 = UDR0; }

static void put(uint8_t byte)
{
    while (!(UCSR0A & _BV(UDRE0)))
        ;
    UDR0 = byte;
}

static uint8_t get(void)
{
    while (!(UCSR0A & _BV(RXC0))) {
        wdt_reset();
        if (PIND & _BV(PD2))
            PORTD |= _BV(PD3);
        else
            PORTD &= ~_BV(PD3);
    }
    return UDR0;
}

/* Read once in the interrupt, and late, when the other channel is selected. */
static void measure(void)
{
    ADMUX = _BV(REFS0) | 2;
    ADCSRA = _BV(ADEN) | _BV(ADSC) | _BV(ADIE) | _BV(ADPS2) | _BV(ADPS1) | _BV(ADPS0);
    while (ADCSRA & _BV(ADSC))
        ;
    ADMUX = _BV(REFS0) | 3;
    _delay_us(500);
    uint16_t late = ADC;
    put(sampled >> 8);
    put(sampled & 0xff);
    put(late >> 8);
    put(late & 0xff);
}

static void pwm(uint8_t value)
{
    ICR1 = 799;
    OCR1A = value * 4 - (value > 0);
    if (value) {
        TCCR1A = _BV(COM1A1) | _BV(WGM11);
        TCCR1B = _BV(WGM13) | _BV(WGM12) | _BV(CS10);
    } else {
        TCCR1A = _BV(WGM11);
    }
}

static void answer(uint8_t byte)
{
    switch (byte) {
    case 'A': measure(); break;
    case 'C': put(cause); break;
    case 'D': _delay_us(400); put('D'); break;
    case 'E': eeprom_update_byte((uint8_t *)7, get()); break;
    case 'H': for (;;) ;
    case 'I': UCSR0B |= _BV(RXCIE0); for (;;) ;
    case 'J': cli(); UCSR0B |= _BV(RXCIE0); _delay_us(100); sei(); for (;;) ;
    case 'K': put(kept); break;
    case 'L': put(letter); break;
    case 'P': pwm(get()); break;
    case 'R': put(*(volatile uint8_t *)0x2345); break;
    case 'S': cli(); sleep_enable(); sleep_cpu(); break;
    case 'W': wdt_enable(WDTO_15MS); break;
    case 'Z': for (;;) { sleep_enable(); sleep_cpu(); } break;
    default: put(byte);
    }
}

int main(void)
{
    cause = MCUSR;
    MCUSR = 0;
    wdt_disable();
    DDRB = _BV(PB0) | _BV(PB1);
    DDRD = _BV(PD3);
    PORTD = _BV(PD2);
    UBRR0 = 3;
    UCSR0B = _BV(RXEN0) | _BV(TXEN0);
    TCCR2A = _BV(WGM21);
    OCR2A = 124;
    TIMSK2 = _BV(OCIE2A);
    TCCR2B = _BV(CS21);
    sei();
    for (;;)
        answer(get());
}
